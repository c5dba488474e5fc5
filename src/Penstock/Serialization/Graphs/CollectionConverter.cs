namespace Penstock.Serialization;

/// <summary>A collection, as the array of what it holds: one block if that is numbers.</summary>
internal sealed class CollectionConverter<TCollection, TElement>(Func<TElement[], TCollection> make)
    : DetourConverter<TCollection, TElement[]>(Take, make)
    where TCollection : IEnumerable<TElement>
{
    public static TElement[] Take(TCollection collection)
    {
        var type = collection.GetType();
        if (type == typeof(TElement[]))
            return (TElement[])(object)collection;

        // Behind an interface or an abstract class every collection of the same items will do.
        if (type != typeof(TCollection) && !typeof(TCollection).IsAbstract)
            throw NotWholeException.Derived(type, typeof(TCollection));
        Comparers.RequireDefault(collection);
        return [.. collection];
    }
}
