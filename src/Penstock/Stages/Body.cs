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

    /// <summary>Whether a source with something behind it is inside: a drain ends the source's items there, and what is behind it finishes.</summary>
    public bool HasInnerSource { get; private init; }

    // Whether one item may become endlessly many outputs, without a look at the worker's gate between them.
    private bool MayMultiply { get; init; } = true;

    /// <summary>Appends an item-wise operator: it runs inside this body's workers.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="isSource">Whether this is the body of a source.</param>
    public Body<TIn, TNext> Append<TNext>(ItemOperator<TOut, TNext> operation, bool isSource)
    {
        // The worker looks at its gate between outputs. That is not enough in front of an operator that may let none pass.
        var isWatched = MayMultiply && operation.Yield != Yield.One;
        var endsSource = isWatched && isSource && !HasInnerSource;
        return new(Function)
        {
            IsFusable = IsFusable,
            HasInnerSource = HasInnerSource || endsSource,
            MayMultiply = operation.Yield == Yield.Any || (MayMultiply && !isWatched),
            Synchronous = Synchronous is not { } synchronous
                ? null
                : (items, token) => synchronous(items, token) is not { } outputs ? null
                    : operation.Synchronous(isWatched ? new InnerItems<TOut>(outputs, ((IInput)items).Worker, endsSource) : outputs),
            Asynchronous = Asynchronous is not { } asynchronous
                ? null
                : (items, token) => asynchronous(items, token) is not { } outputs ? null
                    : operation.Asynchronous(isWatched ? new InnerAsyncItems<TOut>(outputs, ((IInput)items).Worker, endsSource) : outputs),
        };
    }

    /// <summary>Nests this body in the next one: both run as one, with plain composition between them.</summary>
    /// <param name="isSource">Whether this body is, or begins with, a source.</param>
    /// <param name="name">This body's stage, for errors.</param>
    /// <param name="next">The body that consumes this one's outputs.</param>
    public Body<TIn, TNext> Fuse<TNext>(bool isSource, string name, Body<TOut, TNext> next)
    {
        var endsSource = isSource && !HasInnerSource;
        return new(Function)
        {
            HasInnerSource = isSource,
            Synchronous = (items, token) =>
            {
                var outputs = Synchronous!(items, token) ?? throw new InvalidOperationException(
                    $"Stage '{name}' returned null instead of items. Return an empty sequence if there are none.");
                return next.Synchronous!(new InnerItems<TOut>(outputs, ((IInput)items).Worker, endsSource), token);
            },
        };
    }
}
