using System.Runtime.CompilerServices;

namespace Penstock.Tests.Contracts;

/// <summary>A stage as a contract sees it: what it does with one item. Written once, a generator of either kind.</summary>
public sealed record Step<TIn, TOut>(Func<TIn, IEnumerable<TOut>> Each)
{
    public string Name { get; init; } = "step";

    public FaultPolicy Faults { get; init; } = FaultPolicy.Stop;

    /// <summary>Whether the stage ends behind this item.</summary>
    public Func<TIn, bool> EndsAt { get; init; } = _ => false;

    public Action OnStart { get; init; } = () => { };

    public Action OnFinally { get; init; } = () => { };

    public IEnumerable<TOut> Run(IEnumerable<TIn> items)
    {
        OnStart();
        try
        {
            foreach (var item in items)
            {
                foreach (var output in Each(item))
                    yield return output;
                if (EndsAt(item))
                    yield break;
            }
        }
        finally
        {
            OnFinally();
        }
    }

    public async IAsyncEnumerable<TOut> RunAsync(IAsyncEnumerable<TIn> items, [EnumeratorCancellation] CancellationToken token)
    {
        OnStart();
        try
        {
            await foreach (var item in items.WithCancellation(token))
            {
                await Task.Yield();
                foreach (var output in Each(item))
                    yield return output;
                if (EndsAt(item))
                    yield break;
            }
        }
        finally
        {
            OnFinally();
        }
    }
}
