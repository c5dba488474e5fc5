using System.Diagnostics;
using Penstock.Faults;
using Penstock.Telemetry;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Runs;

/// <remarks>
/// A run ends when its sink has, when it is aborted, or when a fault reaches the sink. Then every worker is told to leave, and
/// has StopTimeout to do so. The last one to leave, or the clock, finishes the run: items nobody took are disposed and the outcome is published.
/// </remarks>
internal sealed partial class Run
{
    /// <summary>How long the death of a killed process may take to be noticed.</summary>
    private static readonly TimeSpan DeathGrace = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();

    // Guarded by the gate.
    private int present;
    private bool isOver;
    private bool isFinished;
    private bool hasEnded; // and nobody of this run uses its memory but those who were left behind
    private Fault? failure;
    private CancellationToken? cancelledBy;
    private string? leftBehind; // who was stuck
    private ITimer? stopClock;
    private ITimer? graceClock;
    private long movesAtLastLook = -1; // of the stage that hands over to the caller, which has failed
    private ITimer? drainClock;
    private long? endedAt;

    private bool mayDropItems;

    public bool IsDraining { get; private set; }

    /// <summary>What is left to see of a run whose memory is gone.</summary>
    public PipelineSnapshot? FinalSnapshot { get; private set; }

    public Fault? Failure => failure;

    public bool IsAborted => cancelledBy is not null && failure is null;

    /// <summary>
    /// Whether items may have been dropped instead of finished. It turns true before the first worker is told to drop any: who sees an item
    /// gone, and then this still false, knows that it was finished.
    /// </summary>
    public bool MayDropItems => Volatile.Read(ref mayDropItems);

    /// <summary>A stage ends at an item: what is behind that will be dropped.</summary>
    public void OnEndingEarly() => Volatile.Write(ref mayDropItems, true);

    public void FailWith(Exception exception) => FailWith(new Fault(exception));

    /// <summary>Fails the run where it stands. The first failure wins; later ones are logged.</summary>
    public void FailWith(Fault fault)
    {
        if (Report is not null)
        {
            Report(fault, false);
            return;
        }

        lock (gate)
        {
            if (isFinished || failure is not null || cancelledBy is not null)
            {
                if (failure != fault)
                    Log.IgnoredFailure(fault.Exception);
                return;
            }

            failure = fault;
        }

        Log.Failed(Name, fault.Exception);
        StopAll("the run has failed");
    }

    /// <summary>A finally block failed while its worker was being stopped. A fault that is already on its way to the sink came first.</summary>
    public void FailInCleanup(Fault fault)
    {
        if (Report is not null)
        {
            Report(fault, true);
            return;
        }

        if (PendingFault() is { } first)
        {
            Log.IgnoredFailure(fault.Exception);
            fault = first;
        }

        FailWith(fault);
    }

    /// <summary>An item that waited for the caller could not be disposed, after everything else had ended.</summary>
    public void FailLate(Exception exception)
    {
        if (cancelledBy is null)
            failure ??= new Fault(exception);
    }

    public void Abort(CancellationToken token = default)
    {
        lock (gate)
        {
            if (isFinished || failure is not null || cancelledBy is not null)
                return;
            cancelledBy = token;
        }

        StopAll("the run was aborted");
    }

    /// <summary>
    /// To be asked when a stage throws, since the callbacks of a token run one after the other: what waits for the same token inside a stage may hear
    /// of it first, and what comes of that is no fault of an item.
    /// </summary>
    public void NoticeCancellation()
    {
        if (!callersToken.IsCancellationRequested)
            return;
        Abort(callersToken);
        if (IsAborted) // by somebody who may have stages still to tell
            StopStages("the run was aborted");
    }

    /// <summary>Pulls no more from the sources; what is in flight is finished.</summary>
    public void Drain()
    {
        lock (gate)
        {
            if (IsDraining || isOver)
                return;
            IsDraining = true;
        }

        foreach (var worker in stages.Where(s => s.IsSource).SelectMany(s => s.Workers))
            worker.Drain();
        foreach (var process in stages.SelectMany(s => s.Workers).Where(w => w.IsProcess))
            process.AnnounceDrain();
        lock (gate)
            drainClock = IsSequential ? null : StartClock(Options.SourceTimeout ?? Options.StopTimeout, FailIfSourcesAreStuck);
    }

    /// <summary>A stage failed. The fault is on its way to the sink, behind the items that precede it.</summary>
    public void OnFault(RunningStage stage, Fault fault)
    {
        Log.StageFailed(stage.Name, fault.Exception);
        WatchFault();
    }

    /// <summary>The sink has taken all it wants, or the caller has.</summary>
    public void OnSinkEnded(Fault? fault)
    {
        if (fault is not null)
            FailWith(fault);
        else
            StopAll("the run is over");
    }

    public void OnWorkerLeft()
    {
        lock (gate)
        {
            present--;
            if (present > 0 || (Caller is not null && !isOver))
                return;
        }

        Finish();
    }

    /// <summary>Throws what the run failed with, or that it was aborted.</summary>
    public void ThrowIfNotSuccessful()
    {
        failure?.Throw();
        if (cancelledBy is not { } token)
            return;
        var aborted = new OperationCanceledException(leftBehind is null ? "The run was aborted." : $"The run was aborted. {leftBehind}", token);
        if (leftBehind is not null)
            aborted.Data[Fault.StuckKey] = leftBehind;
        throw aborted;
    }

    private void StopAll(string reason)
    {
        OnEndingEarly();
        StopStages(reason);

        lock (gate)
        {
            isOver = true;
            if (present > 0)
            {
                stopClock ??= IsSequential ? null : StartClock(Options.StopTimeout, LeaveStuckWorkersBehind);
                return;
            }
        }

        Finish();
    }

    // From the end: nobody must take the end of one that was stopped for the end of its items.
    private void StopStages(string reason)
    {
        if (failure is not null || cancelledBy is not null)
            Caller?.Stop(reason);
        foreach (var stage in Enumerable.Reverse(stages))
            stage.Stop(reason);
    }

    private void FailWhereItStands()
    {
        lock (gate)
            graceClock = null; // a later fault has a clock of its own

        if (PendingFault() is not { } fault || isOver)
            return;

        // One that has arrived at the caller is the caller's to meet, in its own time. So are the items before it, unless one takes too long itself.
        if (stages.Find(s => s.HandsOverToCaller && s.Fault == fault) is not { } last || IsHeldUpByItself(last))
            FailWith(fault);
        else if (!last.Output!.IsCompleted)
            WatchFault();
    }

    private void WatchFault()
    {
        lock (gate)
            graceClock ??= StartClock(Options.FailureGrace, FailWhereItStands);
    }

    // Whether nothing has come in or out of it since the last look, although somebody is at work on an item.
    private bool IsHeldUpByItself(RunningStage stage)
    {
        var moves = stage.Workers.Sum(w => w.ItemsIn + w.ItemsOut);
        var hasMoved = moves != movesAtLastLook;
        movesAtLastLook = moves;
        return !hasMoved && stage.Workers.Any(w => w.Times.State is WorkerState.Busy or WorkerState.Pausing);
    }

    // The fault of a stage is moot when a stage from there on needs no more items: then nobody will meet it.
    private Fault? PendingFault() =>
        stages.Where((stage, i) => stage.Fault is not null && !stages.Skip(i).Any(s => s.IsFaultMoot)).FirstOrDefault()?.Fault;

    private void FailIfSourcesAreStuck()
    {
        Worker[] stuck = [.. Present(stages.Where(s => s.IsSource)).Where(w => w.IsInSource)];
        if (stuck.Length > 0 && !isOver)
            FailWith(new WorkerStuckException($"The run could not be drained: {Describe(stuck)} after StopTimeout = {Options.StopTimeout}."));
    }

    private void LeaveStuckWorkersBehind()
    {
        Worker[] processes = [.. Present(stages).Where(w => w.IsProcess)];
        if (processes.Length > 0)
            Log.Killed(Name, Describe(processes));
        foreach (var process in stages.SelectMany(s => s.Workers).OfType<ProcessWorker>())
            process.Kill(because: null);
        Worker[] stuck = [.. Present(stages).Where(w => !w.IsProcess)];
        if (stuck.Length == 0 && Memory is not null)
        {
            // The last process to die finishes the run, unless a callback of the user keeps it from being noticed.
            lock (gate)
                stopClock = StartClock(DeathGrace, Finish);
            return;
        }
        if (stuck.Length > 0)
        {
            var message = $"{Describe(stuck)} after StopTimeout = {Options.StopTimeout}. A thread cannot be killed; it is left behind.";
            Log.Stuck(Name, message);
            lock (gate)
            {
                if (failure is null && cancelledBy is null)
                    failure = new Fault(new WorkerStuckException(message));
                failure?.Note(Fault.StuckKey, message);
                leftBehind = message;
            }
        }

        Finish();
    }

    private void Finish()
    {
        bool isFirst;
        lock (gate)
        {
            isFirst = !isFinished;
            if (isFirst)
                (isFinished, endedAt) = (true, Time.GetTimestamp());
            else if (!hasEnded)
                return;
        }

        if (!isFirst)
        {
            RetireMemory(); // the last one who was left behind is gone
            return;
        }

        cancellation.Unregister();
        stopClock?.Dispose();
        graceClock?.Dispose();
        drainClock?.Dispose();
        watchdog?.Dispose();
        CallersContext = null;
        foreach (var stage in stages.Where(s => !s.HandsOverToCaller)) // the caller's own thread disposes what waits for it
            stage.Output?.DisposeUndelivered(FailLate);
        if (Present(stages).Length == 0) // whoever is left behind may still use them
        {
            foreach (var holder in Shared.Values.OfType<IHolder>())
                holder.DisposeUndelivered(FailLate);
        }

        Trace.EndRun();
        Listeners.Call(Log, () => Metrics.OnEnded(this));
        Log.Ended(Name, Elapsed);
        lock (gate)
            hasEnded = true;
        RetireMemory();
        ActiveRuns.TryRemove(this, out _);
        ended.TrySetResult();
    }

    /// <summary>
    /// Gives shared memory back when nobody uses it any more: the caller of a stream may still do so when the run has ended. A thread that
    /// is left behind keeps it; then it is collected with the run.
    /// </summary>
    public void RetireMemory()
    {
        supervisor?.End();
        lock (sharedLinks)
        {
            if (Memory is not null)
                FinalSnapshot ??= Snapshots.Of(this);
            if (Present(stages).Length > 0 || (Caller is not null && Present([Caller]).Length > 0))
                return;
            RetireShared();
        }
    }

    private void RetireShared()
    {
        foreach (var link in sharedLinks)
            link.Retire();
        Memory?.Retire();
    }

    private static Worker[] Present(IEnumerable<RunningStage> among) =>
        [.. among.SelectMany(s => s.Workers).Where(w => w.Times.State != WorkerState.Left)];

    private static string Describe(IEnumerable<Worker> workers) =>
        string.Join("; ", workers.Select(w => $"stage '{w.Stage.Name}', worker {w.Index}, {w.Activity()}"));

    private ITimer? StartClock(TimeSpan time, Action onTime) =>
        isFinished || Debugger.IsAttached ? null : Time.RingAfter(time, onTime);
}
