using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Contracts;

/// <summary>
/// A stage as a contract sees it: what it does with one item. Written once, it runs as a generator of either kind, and since what
/// it needs are its properties, in any process.
/// </summary>
public abstract record Step<TIn, TOut>
{
    /// <summary>Counts its generators.</summary>
    public Tally? Lives { get; init; }

    public abstract IEnumerable<TOut> Each(TIn item);

    /// <summary>Whether the stage ends behind this item.</summary>
    public virtual bool EndsBehind(TIn item) => false;

    /// <summary>The stage as a function of its items and itself.</summary>
    public abstract Pipeline<TOut> Behind(Pipeline<TIn> pipeline, StageOptions options, bool isAsynchronous);
}

/// <inheritdoc/>
/// <typeparam name="TSelf">The very type, as which it crosses.</typeparam>
/// <typeparam name="TIn">What it takes.</typeparam>
/// <typeparam name="TOut">What it yields.</typeparam>
public abstract record Step<TSelf, TIn, TOut> : Step<TIn, TOut>
    where TSelf : Step<TSelf, TIn, TOut>
{
    public override Pipeline<TOut> Behind(Pipeline<TIn> pipeline, StageOptions options, bool isAsynchronous) =>
        isAsynchronous ? pipeline.Then(RunAsync, (TSelf)this, options) : pipeline.Then(Run, (TSelf)this, options);

    private static IEnumerable<TOut> Run(IEnumerable<TIn> items, TSelf step)
    {
        using var life = step.Lives.Live();
        foreach (var item in items)
        {
            foreach (var output in step.Each(item))
                yield return output;
            if (step.EndsBehind(item))
                yield break;
        }
    }

    private static async IAsyncEnumerable<TOut> RunAsync(IAsyncEnumerable<TIn> items, TSelf step, [EnumeratorCancellation] CancellationToken token)
    {
        using var life = step.Lives.Live();
        await foreach (var item in items.WithCancellation(token))
        {
            await Task.Yield();
            foreach (var output in step.Each(item))
                yield return output;
            if (step.EndsBehind(item))
                yield break;
        }
    }
}

/// <summary>Hands on every item.</summary>
public sealed record Pass<T> : Step<Pass<T>, T, T>
{
    public override IEnumerable<T> Each(T item) => [item];
}

/// <summary>Hands on every number, some of them later than others.</summary>
public sealed record Dawdle : Step<Dawdle, int, int>
{
    public override IEnumerable<int> Each(int item) => [Numbers.Jitter(item)];
}

/// <summary>Hands on the numbers below one at which it throws.</summary>
public sealed record FailAt(int Item) : Step<FailAt, int, int>
{
    public string Message => $"item {Item} is broken";

    public override IEnumerable<int> Each(int item)
    {
        if (item == Item)
            throw new InvalidDataException(Message);
        yield return Numbers.Jitter(item);
    }
}
