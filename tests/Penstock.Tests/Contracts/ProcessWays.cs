namespace Penstock.Tests.Contracts;

/// <summary>Every source and every stage in a process of its own.</summary>
public class Processes : Way
{
    public override bool CopiesItems => true;

    public override int Rounds(int most) => 2;

    public override int Items(int most) => Math.Min(most, 200);

    protected static StageOptions InProcess { get; } = new() { Isolation = Isolation.Process };

    protected override (StageOptions Options, bool IsAsynchronous) NextSource() => (InProcess, false);

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => NextSource();
}

/// <summary>Several processes a stage, with no slot to spare.</summary>
public sealed class OrderedProcesses : Processes
{
    public override bool IsCostly => true;

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (InProcess with { Workers = 2, MaxInFlight = 2 }, false);
}

public sealed class UnorderedProcesses : Processes
{
    public override bool IsCostly => true;

    public override bool KeepsOrder => false;

    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (InProcess with { Workers = 2, Ordered = false }, false);
}

/// <summary>Asynchronous generators in processes.</summary>
public sealed class ProcessesOfTasks : Processes
{
    public override bool IsCostly => true;

    protected override (StageOptions Options, bool IsAsynchronous) NextSource() => (InProcess, true);
}

/// <summary>Processes with what the class library has alone: files in memory, looking again and again.</summary>
public class PortableProcesses : Processes
{
    public override bool IsCostly => true;

    public override RunOptions Options => base.Options with { IsPortable = true };
}

public sealed class OrderedPortableProcesses : PortableProcesses
{
    protected override (StageOptions Options, bool IsAsynchronous) NextStage() => (InProcess with { Workers = 2, MaxInFlight = 2 }, false);
}
