using System.Runtime.CompilerServices;
using Penstock.Links;

namespace Penstock.Stages;

/// <summary>
/// What there is to dispose of an item that waits to be gathered: itself, or if it is an array (a batch) its elements. What goes on as
/// a part belongs to the stages inside from then on, and the rest to the user's function when it is gathered.
/// </summary>
internal sealed class Holding
{
    private static readonly Identity Same = new();

    private readonly HashSet<object> left;

    private Holding(IEnumerable<object> things) => left = new(things, Same);

    /// <summary>Null if there is nothing to dispose.</summary>
    public static Holding? Of<T>(T item)
    {
        var holding = new Holding(Undelivered.In(item));
        return holding.left.Count > 0 ? holding : null;
    }

    /// <summary>Somebody else has been given it.</summary>
    public void LetGo<TPart>(TPart part)
    {
        foreach (var thing in Undelivered.In(part))
            left.Remove(thing);
    }

    public void Dispose(Action<Exception> onError)
    {
        foreach (var thing in left)
            Undelivered.Dispose(thing, onError);
    }

    // Objects may call others equal that are to be disposed as well; values have no other identity.
    private sealed class Identity : IEqualityComparer<object>
    {
        bool IEqualityComparer<object>.Equals(object? x, object? y) => x is ValueType ? x.Equals(y) : ReferenceEquals(x, y);

        int IEqualityComparer<object>.GetHashCode(object obj) => obj is ValueType ? obj.GetHashCode() : RuntimeHelpers.GetHashCode(obj);
    }
}
