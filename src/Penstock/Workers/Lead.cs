using System.Diagnostics;
using Penstock.Links;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>
/// Decides how many workers of a stage take items: one alone while an item costs less than passing the work around (waking a thread,
/// waiting for its turn), as many as there are processors while it costs little more, and all of them where items take their time.
/// </summary>
/// <remarks>
/// Workers report what their items cost. Only those that hold one of the places take items, and wait for some; the others sleep in the
/// reserve. One of these, the sentinel, looks every few milliseconds: it reports what items cost meanwhile, and opens another place
/// for each worker that lingers with one. So unexpectedly expensive items delay their successors, also later ones, by three looks at the
/// most. Nobody looks while nobody is at work.
/// </remarks>
/// <param name="input">The link they take items from.</param>
/// <param name="workers">How many they are.</param>
internal sealed class Lead(Link input, int workers)
{
    public const int SentinelPeriod = 5; // milliseconds

    /// <summary>Workers report after so many items; at first after 1, 2, 4 and so on.</summary>
    public const int ReportEvery = 64;

    private const int Nobody = -1;
    private const int Smoothing = 8; // one report counts an eighth, so that a worker that lost its processor once changes nothing

    // Of the items of a report. Each pair apart from each other, so that the places do not change at every report. Between the first lies
    // what an item's way through a stage of several workers costs. Beside the others a few switches of threads count for little, and
    // items that wait for a device or another thread, so that all workers are needed, cost more.
    private static readonly long CheapBelow = Stopwatch.Frequency * ReportEvery / 1_000_000; // 1 µs each
    private static readonly long ShareFrom = Stopwatch.Frequency * ReportEvery / 500_000; // 2 µs
    private static readonly long FewBelow = Stopwatch.Frequency * ReportEvery / 80_000; // 12.5 µs
    private static readonly long CostlyFrom = Stopwatch.Frequency * ReportEvery / 40_000; // 25 µs

    // What one report may say at the most: two of them on end let all workers in.
    private static readonly long MostReported = 5 * CostlyFrom;

    private readonly int few = Math.Min(Environment.ProcessorCount, workers);
    private readonly bool[] hasPlace = new bool[workers]; // each written by its worker
    private int placesTaken;
    private int places = workers;
    private int level = workers; // the places for what items cost on average
    private int lingering; // workers that have had their item for long: each has its place, and makes another one
    private int sentinel = Nobody;
    private long cost = CostlyFrom;

    // What was seen at the last look.
    private readonly long[] itemsOf = new long[workers];
    private readonly TimeSpan[] busyOf = new TimeSpan[workers];
    private long items;
    private long lookedAt;

    /// <summary>Workers that wait for a place.</summary>
    public WaitSet Reserve { get; } = new();

    /// <summary>Whether a worker may take items, and wait for them: it has a place, or gets one.</summary>
    public bool TryTakePlace(int worker)
    {
        if (hasPlace[worker])
        {
            if (Volatile.Read(ref placesTaken) <= Volatile.Read(ref places))
                return true;
            GiveUpPlace(worker); // there are fewer than before; should too many give theirs up at once, they get them back below
        }

        for (var taken = Volatile.Read(ref placesTaken); taken < Volatile.Read(ref places); taken = Volatile.Read(ref placesTaken))
        {
            if (Interlocked.CompareExchange(ref placesTaken, taken + 1, taken) != taken)
                continue;
            Volatile.Write(ref hasPlace[worker], true);
            Interlocked.CompareExchange(ref sentinel, Nobody, worker);
            return true;
        }

        return false;
    }

    /// <summary>A worker has taken an item: somebody should look after it. Called behind the interlocked taking.</summary>
    public void OnTaken()
    {
        if (Volatile.Read(ref sentinel) == Nobody && Reserve.HasWaiting)
            Reserve.WakeOne();
    }

    /// <summary>A worker goes on after it could not, perhaps with the item that it had: somebody should look after it.</summary>
    public void OnGoingOn()
    {
        Interlocked.MemoryBarrier();
        OnTaken();
    }

    /// <summary>Whether a worker of the reserve should look what there is to do: for a place, or because nobody looks after those at work.</summary>
    public bool NeedsSomebody(RunningStage stage) =>
        Volatile.Read(ref placesTaken) < Volatile.Read(ref places)
        || (Volatile.Read(ref sentinel) == Nobody && (input.TakenCount != Volatile.Read(ref items) || IsAnyoneBusy(stage)));

    /// <summary>A worker is at the end of its input, or leaves: the others must look for themselves.</summary>
    public void Leave(int worker)
    {
        if (hasPlace[worker])
            GiveUpPlace(worker);
        Interlocked.CompareExchange(ref sentinel, Nobody, worker);
        Reserve.WakeAll();
    }

    /// <summary>So much of its time a worker's last items have cost, <see cref="ReportEvery"/> of them.</summary>
    public void Report(long ticks, RunningStage stage)
    {
        var average = Volatile.Read(ref cost);
        Volatile.Write(ref cost, average + ((Math.Clamp(ticks, 0, MostReported) - average) / Smoothing));
        if (level < hasPlace.Length && places == hasPlace.Length && IsTimeToLook())
            Volatile.Write(ref lingering, CountLingering(stage, out _)); // nobody is left in the reserve to do it
        SetPlaces();
    }

    /// <summary>Whether a worker in reserve is the one that looks after the others.</summary>
    public bool IsSentinel(int worker) =>
        Volatile.Read(ref sentinel) == worker || Interlocked.CompareExchange(ref sentinel, worker, Nobody) == Nobody;

    /// <summary>The sentinel looks after those that take items. False: nobody is at work, and the sentinel may sleep.</summary>
    public bool Look(int worker, RunningStage stage)
    {
        if (!IsTimeToLook())
            return true; // woken for a place that another one got
        var taken = input.TakenCount - items;
        Volatile.Write(ref items, items + taken);
        Volatile.Write(ref lingering, CountLingering(stage, out var hasAnyoneMoved));
        var ticks = BusySinceLook(stage).TotalSeconds * Stopwatch.Frequency;
        if (taken > 0 || hasAnyoneMoved || IsAnyoneBusy(stage))
        {
            Report((long)Math.Min(ticks * ReportEvery / Math.Max(taken, 1), MostReported), stage);
            return true;
        }

        SetPlaces();
        Interlocked.CompareExchange(ref sentinel, Nobody, worker); // who takes the next item, or goes on with one, wakes a sentinel
        return false;
    }

    // A wait may end a little early.
    private bool IsTimeToLook()
    {
        var now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(lookedAt, now).TotalMilliseconds < SentinelPeriod - 1)
            return false;
        lookedAt = now;
        return true;
    }

    private int CountLingering(RunningStage stage, out bool hasAnyoneMoved)
    {
        var count = 0;
        hasAnyoneMoved = false;
        for (var worker = 0; worker < hasPlace.Length; worker++)
        {
            var now = stage.Workers[worker].ItemsIn;
            if (itemsOf[worker] == now && HoldsUp(stage.Workers[worker], stage.Output))
                count++;
            hasAnyoneMoved |= itemsOf[worker] != now;
            itemsOf[worker] = now;
        }

        return count;
    }

    /// <summary>Of those that take items: the sentinel's own looks are none.</summary>
    private TimeSpan BusySinceLook(RunningStage stage)
    {
        var sum = TimeSpan.Zero;
        for (var worker = 0; worker < hasPlace.Length; worker++)
        {
            var now = stage.Workers[worker].Times.Busy;
            if (Volatile.Read(ref hasPlace[worker]))
                sum += now - busyOf[worker];
            busyOf[worker] = now;
        }

        return sum;
    }

    private bool IsAnyoneBusy(RunningStage stage)
    {
        for (var worker = 0; worker < hasPlace.Length; worker++)
        {
            if (Volatile.Read(ref hasPlace[worker]) && stage.Workers[worker].Times.State == WorkerState.Busy)
                return true;
        }

        return false;
    }

    /// <summary>Whether a worker keeps a place from another one that could go on.</summary>
    private bool HoldsUp(Worker worker, Link? output) => Volatile.Read(ref hasPlace[worker.Index]) && worker.Times.State switch
    {
        WorkerState.Busy or WorkerState.Pausing => true,
        WorkerState.Blocked => output is null || output.HasFreeSlot(),
        _ => false,
    };

    private void GiveUpPlace(int worker)
    {
        Volatile.Write(ref hasPlace[worker], false);
        Interlocked.Decrement(ref placesTaken);
    }

    private void SetPlaces()
    {
        level = LevelFor(Volatile.Read(ref cost));
        var now = Math.Min(level + Volatile.Read(ref lingering), hasPlace.Length);
        if (now != places && Interlocked.Exchange(ref places, now) < now)
            Reserve.WakeAll();
    }

    private int LevelFor(long cost)
    {
        if (cost < (level == 1 ? ShareFrom : CheapBelow))
            return 1;
        return cost < (level == hasPlace.Length ? FewBelow : CostlyFrom) ? few : hasPlace.Length;
    }
}
