namespace Penstock.Tests.Contracts;

/// <summary>Plain composition on the caller's thread.</summary>
public sealed class Sequentially : Way
{
    public override RunOptions Options => new() { Execution = Execution.Sequential };

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) => Synchronous(pipeline, step, new StageOptions());
}

/// <summary>Asynchronous generators on the caller's thread.</summary>
public sealed class SequentialTasks : Way
{
    public override RunOptions Options => new() { Execution = Execution.Sequential };

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) => Asynchronous(pipeline, step, new StageOptions());
}

/// <summary>Lock-step groups.</summary>
public sealed class Fused : Way
{
    protected override StageOptions SourceOptions => base.SourceOptions with { MaxInFlight = 1 };

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) =>
        Synchronous(pipeline, step, new StageOptions { MaxInFlight = 1 });
}

public sealed class Threads : Way
{
    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) => Synchronous(pipeline, step, new StageOptions());
}

public sealed class OrderedThreads : Way
{
    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) =>
        Synchronous(pipeline, step, new StageOptions { Workers = 4 });
}

/// <summary>No slot to spare: as many as there are workers.</summary>
public sealed class TightOrderedThreads : Way
{
    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) =>
        Synchronous(pipeline, step, new StageOptions { Workers = 3, MaxInFlight = 3 });
}

public sealed class UnorderedThreads : Way
{
    public override bool KeepsOrder => false;

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) =>
        Synchronous(pipeline, step, new StageOptions { Workers = 4, Ordered = false });
}

public sealed class Tasks : Way
{
    public override Pipeline<T> From<T>(Func<IEnumerable<T>> source) => Pipeline.From(() => Asynchronous(source), SourceOptions);

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) => Asynchronous(pipeline, step, new StageOptions());
}

public sealed class OrderedTasks : Way
{
    public override Pipeline<T> From<T>(Func<IEnumerable<T>> source) => Pipeline.From(() => Asynchronous(source), SourceOptions);

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) =>
        Asynchronous(pipeline, step, new StageOptions { Workers = 4 });
}

/// <summary>Synchronous and asynchronous stages in turn, with one worker and with several.</summary>
public sealed class Mixed : Way
{
    private int stages;

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) =>
        Interlocked.Increment(ref stages) % 2 == 0
            ? Synchronous(pipeline, step, new StageOptions { Workers = 2 })
            : Asynchronous(pipeline, step, new StageOptions { MaxInFlight = 1 });
}

/// <summary>Threads on links as between processes.</summary>
public sealed class SharedLinks : Way
{
    public override bool CopiesItems => true;

    public override RunOptions Options => new() { SharesLinks = true };

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) => Synchronous(pipeline, step, new StageOptions());
}

public sealed class OrderedSharedLinks : Way
{
    public override bool CopiesItems => true;

    public override RunOptions Options => new() { SharesLinks = true };

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) =>
        Synchronous(pipeline, step, new StageOptions { Workers = 3, MaxInFlight = 3 });
}

public sealed class UnorderedSharedLinks : Way
{
    public override bool CopiesItems => true;

    public override bool KeepsOrder => false;

    public override RunOptions Options => new() { SharesLinks = true };

    public override Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step) =>
        Synchronous(pipeline, step, new StageOptions { Workers = 4, Ordered = false });
}
