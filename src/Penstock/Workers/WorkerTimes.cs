using Penstock.Runs;

namespace Penstock.Workers;

/// <summary>
/// How long a worker was starved and blocked; busy is the rest. The clock is read only when a worker has to wait.
/// Written by the worker alone, read by anyone.
/// </summary>
internal sealed class WorkerTimes(Run run)
{
    private readonly TimeProvider time = run.Time;
    private long? startedAt;
    private long? leftAt;
    private long since;
    private long starved;
    private long blocked;
    private long measuredAt;
    private long waitedAtMeasure;
    private int state;

    public WorkerState State => (WorkerState)Volatile.Read(ref state);

    /// <summary>Whether the worker has waited for an item at least once.</summary>
    public bool HasStarved => State == WorkerState.Starved || Volatile.Read(ref starved) != 0;

    public TimeSpan Starved => Spent(starved, WorkerState.Starved);

    /// <summary>Includes pauses before retries: the worker could not go on through no fault of its input.</summary>
    public TimeSpan Blocked => Spent(blocked, WorkerState.Blocked) + (State == WorkerState.Pausing ? SinceLastChange : TimeSpan.Zero);

    public TimeSpan Elapsed => startedAt is { } from ? time.GetElapsedTime(from, leftAt ?? time.GetTimestamp()) : TimeSpan.Zero;

    public TimeSpan Busy => Elapsed - Starved - Blocked is var busy && busy > TimeSpan.Zero ? busy : TimeSpan.Zero;

    /// <summary>The ticks spent in user code since the last call. Called by the worker.</summary>
    public long MeasureBusy()
    {
        var now = time.GetTimestamp();
        var waited = starved + blocked;
        var busy = now - measuredAt - (waited - waitedAtMeasure);
        (measuredAt, waitedAtMeasure) = (now, waited);
        return busy;
    }

    private TimeSpan SinceLastChange => time.GetElapsedTime(Volatile.Read(ref since));

    public void Start()
    {
        measuredAt = time.GetTimestamp();
        startedAt = measuredAt;
        Change(WorkerState.Busy);
    }

    public void Enter(WorkerState waiting)
    {
        Volatile.Write(ref since, time.GetTimestamp());
        Change(waiting);
    }

    public void Leave(WorkerState waiting)
    {
        var spent = time.GetTimestamp() - since;
        Change(WorkerState.Busy);
        if (waiting == WorkerState.Starved)
            starved += Math.Max(spent, 1);
        else
            blocked += spent;
    }

    public void End()
    {
        if (startedAt is not null)
            leftAt = time.GetTimestamp();
        Change(WorkerState.Left);
    }

    private TimeSpan Spent(long finished, WorkerState waiting) =>
        time.GetElapsedTime(0, Volatile.Read(ref finished)) + (State == waiting ? SinceLastChange : TimeSpan.Zero);

    private void Change(WorkerState to)
    {
        Volatile.Write(ref state, (int)to);
        run.WorkerChanged?.Invoke();
    }
}
