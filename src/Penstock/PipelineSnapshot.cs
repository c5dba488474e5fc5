namespace Penstock;

/// <summary>What a run was doing at one moment. Times are of all workers together where a stage has several.</summary>
public sealed record PipelineSnapshot
{
    /// <summary>The run's name.</summary>
    public required string Name { get; init; }

    /// <summary>How long the run has been going on, or went on.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The stages, source first. A fused group is one row, named <c>A+B</c>.</summary>
    public required IReadOnlyList<StageSnapshot> Stages { get; init; }

    /// <summary>The name of the stage that limits the run: the one whose workers are busy most of the time. Null before anything was measured.</summary>
    public required string? Bottleneck { get; init; }

    /// <summary>The bottleneck and advice, in words.</summary>
    public required string Verdict { get; init; }

    /// <summary>The verdict.</summary>
    public override string ToString() => Verdict;
}

/// <summary>One stage in a <see cref="PipelineSnapshot"/>.</summary>
public sealed record StageSnapshot
{
    /// <summary>The stage's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its workers, by number.</summary>
    public required IReadOnlyList<WorkerSnapshot> Workers { get; init; }

    /// <summary>Items on the link behind the stage: being produced, waiting or being consumed. 0 for a sink.</summary>
    public required long InFlight { get; init; }

    /// <summary>The limit of <see cref="InFlight"/>. 0 for a sink.</summary>
    public required int MaxInFlight { get; init; }

    /// <summary>Items taken from the link before the stage; where others are fused to a source, or operators that filter, those it made itself.</summary>
    public long ItemsIn => Workers.Sum(w => w.ItemsIn);

    /// <summary>Items handed on.</summary>
    public long ItemsOut => Workers.Sum(w => w.ItemsOut);

    /// <summary>Time in user code.</summary>
    public TimeSpan Busy => Sum(w => w.Busy);

    /// <summary>Time waiting for an item.</summary>
    public TimeSpan Starved => Sum(w => w.Starved);

    /// <summary>Time waiting for a slot, for room in bytes, for the item's turn, or before a retry.</summary>
    public TimeSpan Blocked => Sum(w => w.Blocked);

    /// <summary>Generators started afresh after a fault, and processes replaced.</summary>
    public int Restarts => Workers.Sum(w => w.Restarts);

    /// <summary>Items given up.</summary>
    public int DeadLetters => Workers.Sum(w => w.DeadLetters);

    /// <summary>The share of its workers' time, while they were needed, that was spent in user code: 0 to 1.</summary>
    public double BusyShare => Share(Busy);

    /// <summary>The share of the same time that was spent waiting for items: 0 to 1.</summary>
    public double StarvedShare => Share(Starved);

    /// <summary>The share of the same time that was spent waiting for slots: 0 to 1.</summary>
    public double BlockedShare => Share(Blocked);

    private double Share(TimeSpan part)
    {
        var all = Busy + Starved + Blocked;
        return all > TimeSpan.Zero ? part / all : 0;
    }

    private TimeSpan Sum(Func<WorkerSnapshot, TimeSpan> time) => Workers.Aggregate(TimeSpan.Zero, (sum, w) => sum + time(w));
}

/// <summary>
/// One worker in a <see cref="PipelineSnapshot"/>. While it sleeps because fewer workers are enough for items that are so cheap, it is neither
/// busy nor starved nor blocked.
/// </summary>
public sealed record WorkerSnapshot
{
    /// <summary>The worker's number within its stage, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Items it has taken.</summary>
    public required long ItemsIn { get; init; }

    /// <summary>Items it has handed on.</summary>
    public required long ItemsOut { get; init; }

    /// <summary>Time in user code.</summary>
    public required TimeSpan Busy { get; init; }

    /// <summary>Time waiting for an item.</summary>
    public required TimeSpan Starved { get; init; }

    /// <summary>Time waiting for a slot, for room in bytes, for the item's turn, or before a retry.</summary>
    public required TimeSpan Blocked { get; init; }

    /// <summary>Generators it started afresh after a fault, and processes that were replaced.</summary>
    public required int Restarts { get; init; }

    /// <summary>Items it gave up.</summary>
    public required int DeadLetters { get; init; }

    /// <summary>What it is doing, in words.</summary>
    public required string Activity { get; init; }
}
