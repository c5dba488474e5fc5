using System.Diagnostics;
using Penstock.Runs;
using Penstock.Workers;

namespace Penstock.Faults;

/// <summary>
/// Finds workers that stay too long where they are. Workers pay nothing for it: it looks at their counters from outside, eight
/// times within the shortest time-out, and only in runs that have one. A stay may begin up to one look before it is seen, and
/// be over its time for up to one more, so it is found at the latest a quarter too late.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // Longer than a busy machine keeps a timer waiting.
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(5);

    private readonly Run run;
    private readonly Watched[] watched;
    private readonly ITimer timer;
    private readonly TimeSpan period;
    private long lastLook;
    private long lastMove;

    private Watchdog(Run run, TimeSpan shortest)
    {
        this.run = run;
        lastMove = lastLook = run.Time.GetTimestamp();
        watched = [.. run.Stages.SelectMany(s => s.Workers).Select(w => new Watched(w, lastMove))];
        period = TimeSpan.FromMilliseconds(Math.Clamp(shortest.TotalMilliseconds / 8, 1, 60_000));
        timer = run.Time.CreateTimer(static dog => ((Watchdog)dog!).Look(), this, period, period);
    }

    public static Watchdog? StartFor(Run run)
    {
        var timeouts = run.Stages.SelectMany(s => new[] { s.Options.ItemTimeout, s.Options.StartupTimeout }).Append(run.Options.IdleTimeout);
        return timeouts.Min() is { } shortest && !Debugger.IsAttached ? new Watchdog(run, shortest) : null;
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        // The timer's calls may overlap on a busy machine; then one look is enough.
        if (!Monitor.TryEnter(watched))
            return;
        try
        {
            var now = run.Time.GetTimestamp();
            ForgiveStandstill(now);
            foreach (var one in watched)
            {
                if (one.HasMoved(now))
                    lastMove = now;
                else if (one.OverdueAtStart(run.Time, now) is { } late)
                    End(one.Worker, late, isFinal: true);
                else if ((one.Overdue(run.Time, now) ?? one.OverdueWhileStopped(run.Time, now)) is { } message)
                    End(one.Worker, message);
            }

            CheckIdle(now);
        }
        finally
        {
            Monitor.Exit(watched);
        }
    }

    // A process that was stopped, or whose machine was, comes back to clocks that have gone on. Whoever had an item in hand then had no time for it.
    private void ForgiveStandstill(long now)
    {
        var missed = run.Time.GetElapsedTime(lastLook, now) - period;
        if (run.Time == TimeProvider.System && missed > period + Standstill)
        {
            var ticks = (long)(missed.TotalSeconds * run.Time.TimestampFrequency);
            lastMove += ticks;
            foreach (var one in watched)
                one.Forgive(ticks);
        }

        lastLook = now;
    }

    private void End(Worker worker, string message, bool isFinal = false)
    {
        var exception = new WorkerStuckException(message);
        if (worker is ProcessWorker process)
        {
            process.Kill(exception, isFinal); // its death goes the way of the stage's fault policy, unless it is final
            return;
        }

        worker.Reader.Lineage?.Fail(exception); // a thread cannot be freed, but the item need not get the next run stuck, too
        run.FailWith(new Fault(exception, worker));
    }

    private void CheckIdle(long now)
    {
        if (run.Options.IdleTimeout is not { } limit)
            return;
        if (IsWaitingForOthers())
            lastMove = now;
        if (run.Time.GetElapsedTime(lastMove, now) < limit)
            return;
        var doing = string.Join("; ", watched.Select(w => $"stage '{w.Worker.Stage.Name}', worker {w.Worker.Index}, {w.Worker.Activity()}"));
        var cure = watched.Any(w => w.IsStarting)
            ? $" A stage that may take longer to start needs a {nameof(StageOptions.StartupTimeout)}, which then counts instead."
            : "";
        var exception = new TimeoutException($"Nothing moved for IdleTimeout = {limit}: {doing}.{cure}");
        foreach (var suspect in watched.Where(w => w.IsBusyWithItem))
            suspect.Worker.Reader.Lineage?.Fail(exception); // one of these is to blame; given back unharmed it would get every run stuck
        run.FailWith(exception);
    }

    // Not the pipeline's own fault: no stage holds anything up (a slow source), one has a time-out of its own to start, one pauses before a
    // retry, or the caller is in its loop body.
    private bool IsWaitingForOthers() =>
        !watched.Any(w => w.HoldsItem || w.StartsLate)
        || watched.Any(w => w.IsStarting && w.Worker.Stage.Options.StartupTimeout is not null)
        || watched.Any(w => w.Worker.Times.State == WorkerState.Pausing)
        || run.Caller?.Workers[0].Times.State == WorkerState.Busy;

    /// <summary>A worker and what was last seen of it.</summary>
    private sealed class Watched(Worker worker, long since)
    {
        private long seen;
        private WorkerState state;
        private bool wasStarting = true;
        private int? process;
        private long startsSince = since;
        private long staysSince = since;
        private long? stoppedSince;

        public Worker Worker { get; } = worker;

        public bool HoldsItem => !Worker.Stage.IsSource && state is WorkerState.Busy or WorkerState.Blocked && Worker.Reader.HasItem && !IsStopping;

        /// <summary>Whether an item is in user code, other than that which comes before the first, and nobody has told that to stop.</summary>
        public bool IsBusyWithItem => state == WorkerState.Busy && HoldsItem && !IsStarting;

        /// <summary>Of a stage: whether it is in code that comes before its first item, a process from its start on.</summary>
        public bool IsStarting => !Worker.Stage.IsSource && (state == WorkerState.Busy || IsBeingMade) && Worker.IsStarting;

        /// <summary>Whether it is still starting when there is something for it to do: an item, or the end of its input.</summary>
        public bool StartsLate => IsStarting && !IsStopping && (Worker.Reader.HasItem || Worker.Stage.Input is { HasItems: true } or { IsCompleted: true });

        private bool IsStopping => Worker.IsProcess ? Worker.IsToldToStop : Worker.IsStopping;

        private bool IsAtWork => (state == WorkerState.Busy || IsBeingMade) && !IsStopping;

        private bool IsBeingMade => Worker.IsProcess && state == WorkerState.NotStarted;

        public bool HasMoved(long now)
        {
            var count = Volatile.Read(ref Worker.ItemsIn) + Volatile.Read(ref Worker.ItemsOut) + Worker.Restarts;
            var next = Worker.Times.State;
            var starts = Worker.IsStarting;
            var last = process;
            process = (Worker as ProcessWorker)?.ProcessId;
            var isAnother = last is not null && last != process; // it may have taken a callback of the user's until that was started
            if (count == seen && next == state && starts == wasStarting && !isAnother)
                return false;
            var isFurtherInItsStart = count == seen && !isAnother && IsBeingMade && next == WorkerState.Busy;
            if (!isFurtherInItsStart) // which counts as a whole
                startsSince = now;
            staysSince = now;
            (seen, state, wasStarting) = (count, next, starts);
            return true;
        }

        /// <summary>So long nobody could do anything.</summary>
        public void Forgive(long ticks)
        {
            startsSince += ticks;
            staysSince += ticks;
            stoppedSince += ticks;
        }

        /// <summary>What its start counts for, whatever states it goes through.</summary>
        public string? OverdueAtStart(TimeProvider time, long now) =>
            IsAtWork && Worker.IsStarting && Worker.Stage.Options.StartupTimeout is { } limit && time.GetElapsedTime(startsSince, now) >= limit
                ? Message("has not asked for an item or yielded one", nameof(StageOptions.StartupTimeout), limit)
                : null;

        public string? Overdue(TimeProvider time, long now)
        {
            var counts = !Worker.IsStarting || (Worker.Stage.IsSource && !IsBeingMade);
            return IsAtWork && counts && Worker.Stage.Options.ItemTimeout is { } limit && time.GetElapsedTime(staysSince, now) >= limit
                ? Message($"is stuck, {Worker.Activity()},", nameof(StageOptions.ItemTimeout), limit)
                : null;
        }

        /// <summary>A process that a signal has stopped notices neither items nor slots: how long it may stay so is its time for an item, whatever it waits for.</summary>
        public string? OverdueWhileStopped(TimeProvider time, long now)
        {
            if (Worker.Stage.Options.ItemTimeout is not { } limit || Worker.IsToldToStop || Worker is not ProcessWorker { IsStopped: true })
                stoppedSince = null;
            else if (time.GetElapsedTime(stoppedSince ??= now, now) >= limit)
                return Message($"was stopped by a signal, {Worker.Activity()},", nameof(StageOptions.ItemTimeout), limit);
            return null;
        }

        private string Message(string what, string option, TimeSpan limit) =>
            $"Stage '{Worker.Stage.Name}', worker {Worker.Index}, {what} for {option} = {limit}. "
            + (Worker.IsProcess ? "Its process was killed." : "A thread cannot be killed: the run fails.");
    }
}
