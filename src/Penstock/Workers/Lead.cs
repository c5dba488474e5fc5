using System.Diagnostics;
using Penstock.Links;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>
/// Decides whether the workers of a stage share its items, or one of them takes them all: while an item costs less than passing
/// the work around (waking a thread, waiting for its turn), one thread alone is faster than several.
/// </summary>
/// <remarks>
/// Workers report what their items cost. While they are cheap, only the worker that leads takes items; the others sleep in the
/// reserve. The leader steps down when it finds nothing to take, so that whoever is woken by the next item may lead. One of
/// the reserve, the sentinel, looks every few milliseconds whether the leader is stuck with an item, and then lets all share: an
/// unexpectedly expensive item delays its successors, also later ones, by two looks at the most. Nobody looks while nothing moves.
/// </remarks>
internal sealed class Lead(Link input)
{
    public const int SentinelPeriod = 5; // milliseconds

    /// <summary>Workers report after so many items: a power of two.</summary>
    public const int ReportEvery = 64;

    private const int Nobody = -1;
    private const int Smoothing = 8; // one report counts an eighth, so that a worker that lost its processor once changes nothing

    // Apart from each other, so that the mode does not flip at every report. Between them lies what a wake-up and a turn cost.
    private static readonly long CheapBelow = Stopwatch.Frequency / 200_000; // 5 µs
    private static readonly long CostlyFrom = Stopwatch.Frequency / 100_000; // 10 µs

    private int leader = Nobody;
    private int sentinel = Nobody;
    private bool isCheap;
    private long cost = CostlyFrom;

    // Used only by the sentinel.
    private long seenItems = -1;
    private int looksWithoutProgress;

    /// <summary>Workers that wait until the items are shared again.</summary>
    public WaitSet Reserve { get; } = new();

    /// <summary>Whether a worker may take an item now; in a cheap stage that makes it the leader.</summary>
    public bool TryTakeLead(int worker)
    {
        if (!Volatile.Read(ref isCheap))
            return true;
        var current = Volatile.Read(ref leader);
        if (current != Nobody)
            return current == worker;
        if (Interlocked.CompareExchange(ref leader, worker, Nobody) != Nobody)
            return false;
        Interlocked.CompareExchange(ref sentinel, Nobody, worker);
        return true;
    }

    /// <summary>The leader has taken an item: somebody should look after it. Called behind the interlocked taking.</summary>
    public void OnTaken()
    {
        if (Volatile.Read(ref sentinel) == Nobody && Reserve.HasWaiting)
            Reserve.WakeOne();
    }

    /// <summary>Whether a worker need not wait in the reserve.</summary>
    public bool IsOpenTo(int worker)
    {
        var current = Volatile.Read(ref leader);
        return !Volatile.Read(ref isCheap) || current == worker || current == Nobody;
    }

    /// <summary>The leader found nothing to take.</summary>
    public void StepDown(int worker)
    {
        if (Volatile.Read(ref leader) == worker)
            Volatile.Write(ref leader, Nobody);
    }

    /// <summary>A worker is at the end of its input, or leaves: the others must look for themselves.</summary>
    public void Leave(int worker)
    {
        StepDown(worker);
        Interlocked.CompareExchange(ref sentinel, Nobody, worker);
        Reserve.WakeAll();
    }

    /// <summary>A worker's items have cost so much of its time lately.</summary>
    public void Report(long ticksPerItem)
    {
        var average = Volatile.Read(ref cost);
        average += (ticksPerItem - average) / Smoothing;
        Volatile.Write(ref cost, average);
        if (average < CheapBelow)
            Volatile.Write(ref isCheap, true);
        else if (average >= CostlyFrom)
            Share();
    }

    /// <summary>Whether a worker in reserve is the one that looks after the leader.</summary>
    public bool IsSentinel(int worker) =>
        Volatile.Read(ref sentinel) == worker || Interlocked.CompareExchange(ref sentinel, worker, Nobody) == Nobody;

    /// <summary>The sentinel looks after the leader. False: there is nothing to look after, and the sentinel may sleep.</summary>
    public bool Look(RunningStage stage)
    {
        var current = Volatile.Read(ref leader);
        var items = input.TakenCount;
        if (items != seenItems)
        {
            seenItems = items;
            looksWithoutProgress = 0;
            return true;
        }

        // Nothing to look after while nobody has an item, or while the link behind the leader is full: nobody could go on.
        // The leader wakes a sentinel again when it takes its next item.
        if (current == Nobody
            || (stage.Workers[current].Times.State == WorkerState.Blocked && stage.Output is { } output && !output.HasFreeSlot()))
        {
            Volatile.Write(ref sentinel, Nobody);
            return false;
        }

        if (++looksWithoutProgress >= 2)
        {
            Volatile.Write(ref cost, CostlyFrom);
            Share();
        }

        return true;
    }

    /// <summary>Whether something was taken since the sentinel looked last.</summary>
    public bool HasMoved() => input.TakenCount != seenItems;

    private void Share()
    {
        if (!Volatile.Read(ref isCheap))
            return;
        Volatile.Write(ref isCheap, false);
        Volatile.Write(ref leader, Nobody);
        Volatile.Write(ref sentinel, Nobody);
        Interlocked.MemoryBarrier();
        Reserve.WakeAll();
    }
}
