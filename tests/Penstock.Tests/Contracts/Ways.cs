namespace Penstock.Tests.Contracts;

/// <summary>Plain composition on the caller's thread.</summary>
public class Sequentially : Way
{
    public override RunOptions Options => base.Options with { Execution = Execution.Sequential };

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new(), false);
}

/// <summary>Asynchronous generators on the caller's thread.</summary>
public sealed class SequentialTasks : Sequentially
{
    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new(), true);
}

/// <summary>Lock-step groups.</summary>
public sealed class Fused : Way
{
    protected override (StageOptions Options, bool IsAsynchronous) NextSource() => NextStage();

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new() { MaxInFlight = 1 }, false);
}

public class Threads : Way
{
    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new(), false);
}

public class OrderedThreads : Way
{
    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new() { Workers = 4 }, false);
}

/// <summary>No slot to spare: as many as there are workers.</summary>
public class TightOrderedThreads : Way
{
    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new() { Workers = 3, MaxInFlight = 3 }, false);
}

public class UnorderedThreads : Way
{
    public override bool KeepsOrder => false;

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new() { Workers = 4, Ordered = false }, false);
}

public sealed class Tasks : Way
{
    protected override (StageOptions Options, bool IsAsynchronous) NextSource() => NextStage();

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new(), true);
}

public sealed class OrderedTasks : Way
{
    protected override (StageOptions Options, bool IsAsynchronous) NextSource() => (new(), true);

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (new() { Workers = 4 }, true);
}

/// <summary>Synchronous and asynchronous stages in turn, with one worker and with several.</summary>
public sealed class Mixed : Way
{
    private int stages;

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() =>
        Interlocked.Increment(ref stages) % 2 == 0 ? (new() { Workers = 2 }, false) : (new() { MaxInFlight = 1 }, true);
}

/// <summary>Threads on links as between processes.</summary>
public sealed class SharedLinks : Threads
{
    public override bool CopiesItems => true;

    public override RunOptions Options => base.Options with { SharesLinks = true };
}

public sealed class OrderedSharedLinks : TightOrderedThreads
{
    public override bool CopiesItems => true;

    public override RunOptions Options => base.Options with { SharesLinks = true };
}

public sealed class UnorderedSharedLinks : UnorderedThreads
{
    public override bool CopiesItems => true;

    public override RunOptions Options => base.Options with { SharesLinks = true };
}

/// <summary>Threads that park on monitors, as where there are no futexes.</summary>
public sealed class PortableThreads : OrderedThreads
{
    public override RunOptions Options => base.Options with { IsPortable = true };
}
