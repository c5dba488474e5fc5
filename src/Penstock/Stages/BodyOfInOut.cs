using Penstock.Buffers;
using Penstock.Stages.Ahead;
using Penstock.Stages.Crews;

namespace Penstock.Stages;

/// <summary>What a stage does: the user's function, bound to its argument. Synchronous or asynchronous, never both.</summary>
/// <param name="function">The function as the user gave it.</param>
internal sealed class Body<TIn, TOut>(Delegate? function) : Body(function)
{
    public Func<IEnumerable<TIn>, CancellationToken, IEnumerable<TOut>?>? Synchronous { get; init; }

    public Func<IAsyncEnumerable<TIn>, CancellationToken, IAsyncEnumerable<TOut>?>? Asynchronous { get; init; }

    public override bool IsAsynchronous => Asynchronous is not null;

    private static bool IsSource => typeof(TIn) == typeof(Nothing);

    // Whether one item may become endlessly many outputs, without a look at the worker's gate between them.
    private bool MayMultiply { get; init; } = true;

    public override TResult Accept<TResult>(IBodyVisitor<TResult> visitor) => visitor.Visit(this);

    public override Body Append(ItemOperator operation) => ((ItemOperator<TOut>)operation).AppendTo(this);

    /// <inheritdoc cref="Body.Append(ItemOperator)"/>
    public Body<TIn, TNext> Append<TNext>(ItemOperator<TOut, TNext> operation)
    {
        // The worker looks at its gate between outputs. That is not enough in front of an operator that may let none pass.
        var isWatched = MayMultiply && operation.Yield != Yield.One;
        var endsSource = isWatched && IsSource && !HasInnerSource;
        return new(Function)
        {
            Recipe = Recipe?.Append(operation.Recipe),
            IsFusable = IsFusable,
            HasInnerSource = HasInnerSource || endsSource,
            MayMultiply = operation.Yield == Yield.Any || (MayMultiply && !isWatched),
            Synchronous = Synchronous is not { } synchronous
                ? null
                : (items, token) => synchronous(items, token) is not { } outputs ? null
                    : operation.Synchronous(Hands.EndUnused<TOut>(isWatched ? new InnerItems<TOut>(outputs, (IInput)items, endsSource) { Token = token } : outputs)),
            Asynchronous = Asynchronous is not { } asynchronous
                ? null
                : (items, token) => asynchronous(items, token) is not { } outputs ? null
                    : operation.Asynchronous(Hands.EndUnused(isWatched ? new InnerAsyncItems<TOut>(outputs, ((IInput)items).Worker, endsSource) : outputs)),
        };
    }

    /// <summary>Nests this body in the next one: both run as one, with plain composition between them.</summary>
    /// <param name="name">This body's stage, for errors.</param>
    /// <param name="next">The body that consumes this one's outputs.</param>
    /// <param name="ahead">How far this body may run ahead of the next one; null for not at all.</param>
    public Body<TIn, TNext> Fuse<TNext>(string name, Body<TOut, TNext> next, Headroom? ahead)
    {
        if (next.Asynchronous is { } asynchronous)
        {
            return new(Function)
            {
                HasInnerSource = IsSource,
                HasSynchronousSource = IsSource,
                Asynchronous = (items, token) => asynchronous((IAsyncEnumerable<TOut>)Refuse.Null(Synchronous!((IEnumerable<TIn>)items, token), name), token), // a crew
            };
        }

        return new(Function)
        {
            HasInnerSource = IsSource,
            Synchronous = (items, token) =>
            {
                // What it waits for in its last block, or while it runs ahead, must be told when its consumer ends, without the others.
                var stopping = CancellationTokenSource.CreateLinkedTokenSource(token);
                return next.Synchronous!(Inner(name, items, stopping.Token, ahead, stopping), token);
            },
        };
    }

    /// <summary>Nests this body in several workers of the next one.</summary>
    /// <param name="name">This body's stage, for errors.</param>
    /// <param name="next">The body that consumes this one's outputs.</param>
    /// <param name="plan">How many workers, how much room.</param>
    public Body<TIn, TNext> Fuse<TNext>(string name, Body<TOut, TNext> next, CrewPlan plan) => new(Function)
    {
        HasInnerSource = IsSource,
        Synchronous = (items, token) =>
        {
            // Whoever works for the consumer may be inside when that ends, and must then be told without it.
            var stopping = CancellationTokenSource.CreateLinkedTokenSource(token);
            var worker = ((IInput)items).Worker;
            var before = new Passages(worker);
            return new Crew<TOut, TNext>(Inner(name, new CrewInput<TIn>(items, before), stopping.Token), plan, before, worker, next.Synchronous!, stopping);
        },
    };

    // Its outputs, as the items of what it is nested in.
    private InnerItems<TOut> Inner(string name, IEnumerable<TIn> items, CancellationToken token, Headroom? ahead = null, CancellationTokenSource? stopping = null) =>
        new(Refuse.Null(Synchronous!(items, token), name), (IInput)items, isSource: IsSource && !HasInnerSource) { Token = token, Ahead = ahead, Stopping = stopping };
}
