using Penstock.Runs;

namespace Penstock.Workers;

/// <summary>
/// How long a worker was starved, blocked and spare; busy is the rest. The clock is read only when a worker has to wait.
/// Written by the worker alone, read by anyone.
/// </summary>
internal sealed unsafe class WorkerTimes
{
    private const long Never = long.MinValue; // a test's clock may start at 0, or before

    private readonly WorkerRecord* record;
    private readonly Run run;
    private readonly TimeProvider time;
    private long measuredAt;
    private long waitedAtMeasure;

    public WorkerTimes(WorkerRecord* record, Run run)
    {
        this.record = record;
        this.run = run;
        time = run.Time;
    }

    /// <summary>Before the worker begins for the first time.</summary>
    public void Reset() => record->StartedAt = record->LeftAt = Never;

    public WorkerState State => (WorkerState)Volatile.Read(ref record->State);

    /// <summary>Whether the worker has waited for an item at least once.</summary>
    public bool HasStarved => State is WorkerState.Starved or WorkerState.Spare || (Volatile.Read(ref record->Starved) | Volatile.Read(ref record->Spare)) != 0;

    public TimeSpan Starved => Spent(ref record->Starved, WorkerState.Starved);

    /// <summary>Includes pauses before retries: the worker could not go on through no fault of its input.</summary>
    public TimeSpan Blocked => SinceBegun(WorkerState.Pausing) + Spent(ref record->Blocked, WorkerState.Blocked);

    public TimeSpan Spare => Spent(ref record->Spare, WorkerState.Spare);

    public TimeSpan Elapsed => record->StartedAt == Never
        ? TimeSpan.Zero
        : time.GetElapsedTime(record->StartedAt, record->LeftAt == Never ? time.GetTimestamp() : record->LeftAt);

    public TimeSpan Busy => Elapsed - Starved - Blocked - Spare is var busy && busy > TimeSpan.Zero ? busy : TimeSpan.Zero;

    /// <summary>The ticks spent in user code since the last call. Called by the worker.</summary>
    public long MeasureBusy()
    {
        var now = time.GetTimestamp();
        var waited = record->Starved + record->Blocked + record->Spare;
        var busy = now - measuredAt - (waited - waitedAtMeasure);
        (measuredAt, waitedAtMeasure) = (now, waited);
        return busy;
    }

    private TimeSpan SinceLastChange => time.GetElapsedTime(Volatile.Read(ref record->Since));

    /// <summary>Its process has died; another one may follow.</summary>
    public void Interrupt() => Change(WorkerState.NotStarted);

    public void Start()
    {
        measuredAt = time.GetTimestamp();
        if (record->StartedAt == Never)
            record->StartedAt = measuredAt;
        record->LeftAt = Never; // as a process before this one may have, after as many items as agreed
        Change(WorkerState.Busy);
    }

    // Whoever still waits for an item of a worker that has left is none of its times.
    public void Enter(WorkerState waiting)
    {
        if (State == WorkerState.Left)
            return;
        Volatile.Write(ref record->Since, time.GetTimestamp());
        Change(waiting);
    }

    // In this order, and read the other way round: a wait that ends meanwhile is never taken for busy time.
    public void Leave(WorkerState waiting)
    {
        if (State == WorkerState.Left)
            return;
        var now = time.GetTimestamp();
        var spent = now - record->Since;
        if (waiting == WorkerState.Starved)
            record->Starved += Math.Max(spent, 1);
        else if (waiting == WorkerState.Spare)
            record->Spare += Math.Max(spent, 1);
        else
            record->Blocked += spent;
        Volatile.Write(ref record->Since, now);
        Change(WorkerState.Busy);
    }

    public void End()
    {
        if (record->StartedAt != Never)
            record->LeftAt = time.GetTimestamp();
        Change(WorkerState.Left);
    }

    private TimeSpan Spent(ref long finished, WorkerState waiting) => SinceBegun(waiting) + time.GetElapsedTime(0, Volatile.Read(ref finished));

    private TimeSpan SinceBegun(WorkerState waiting) => State == waiting ? SinceLastChange : TimeSpan.Zero;

    private void Change(WorkerState to)
    {
        Volatile.Write(ref record->State, (int)to);
        run.WorkerChanged?.Invoke();
    }
}
