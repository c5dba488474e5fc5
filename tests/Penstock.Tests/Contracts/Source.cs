using Penstock.Tests.Support;

namespace Penstock.Tests.Contracts;

/// <summary>A source as a contract sees it. What it needs are its properties, so that it can cross to another process.</summary>
public abstract record Source<T>
{
    /// <summary>Counts its generators.</summary>
    public Tally? Lives { get; init; }

    public abstract IEnumerable<T> Items();

    /// <summary>The source as a function of itself.</summary>
    public abstract Pipeline<T> Open(StageOptions options, bool isAsynchronous);
}

/// <inheritdoc/>
/// <typeparam name="TSelf">The very type, as which it crosses.</typeparam>
/// <typeparam name="T">Its items.</typeparam>
public abstract record Source<TSelf, T> : Source<T>
    where TSelf : Source<TSelf, T>
{
    public override Pipeline<T> Open(StageOptions options, bool isAsynchronous) =>
        isAsynchronous ? Pipeline.From(RunAsync, (TSelf)this, options) : Pipeline.From(Run, (TSelf)this, options);

    private static IEnumerable<T> Run(TSelf source)
    {
        using var life = source.Lives.Live();
        foreach (var item in source.Items())
            yield return item;
    }

    private static async IAsyncEnumerable<T> RunAsync(TSelf source)
    {
        using var life = source.Lives.Live();
        foreach (var item in source.Items())
        {
            await Task.Yield();
            yield return item;
        }
    }
}

/// <summary>0, 1, 2, …</summary>
public sealed record Endless : Source<Endless, int>
{
    public override IEnumerable<int> Items() => Numbers.Endless();
}

/// <summary>So many numbers from 0.</summary>
public sealed record UpTo(int Count) : Source<UpTo, int>
{
    public override IEnumerable<int> Items() => Numbers.UpTo(Count);
}
