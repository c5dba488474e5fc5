namespace Penstock.Stages;

/// <summary>What a stage does: the user's function, bound to its argument. Synchronous or asynchronous, never both.</summary>
/// <param name="function">The function as the user gave it: its name, and its identity.</param>
internal sealed class Body<TIn, TOut>(Delegate? function)
{
    /// <summary>The function as the user gave it; null for objects and for the engine's own stages.</summary>
    public Delegate? Function { get; } = function;

    public Func<IEnumerable<TIn>, CancellationToken, IEnumerable<TOut>?>? Synchronous { get; init; }

    public Func<IAsyncEnumerable<TIn>, CancellationToken, IAsyncEnumerable<TOut>?>? Asynchronous { get; init; }

    /// <summary>The engine's own stages talk to their reader, so they cannot be nested in another stage.</summary>
    public bool IsFusable { get; init; } = true;

    public bool IsAsynchronous => Asynchronous is not null;

    /// <summary>Appends an item-wise operator: it runs inside this body's workers.</summary>
    public Body<TIn, TNext> Append<TNext>(ItemOperator<TOut, TNext> operation) => new(Function)
    {
        IsFusable = IsFusable,
        Synchronous = Synchronous is not { } synchronous
            ? null
            : (items, token) => synchronous(items, token) is { } outputs ? operation.Synchronous(outputs) : null,
        Asynchronous = Asynchronous is not { } asynchronous
            ? null
            : (items, token) => asynchronous(items, token) is { } outputs ? operation.Asynchronous(outputs) : null,
    };

    /// <summary>Nests this body in the next one: both run as one, with plain composition between them.</summary>
    /// <param name="isSource">Whether nothing comes before this body: the items between the two are then where a run is stopped.</param>
    /// <param name="name">This body's stage, for errors.</param>
    /// <param name="next">The body that consumes this one's outputs.</param>
    public Body<TIn, TNext> Fuse<TNext>(bool isSource, string name, Body<TOut, TNext> next) => new(Function)
    {
        Synchronous = (items, token) =>
            next.Synchronous!(FusedItems<TOut>.Between(items, Synchronous!(items, token), isSource, name), token),
    };
}
