using Penstock.Faults;
using Penstock.Links;
using Penstock.Processes;
using Penstock.Serialization;
using Penstock.Stages.Crossing;
using Penstock.Telemetry;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>
/// Stands for a worker in a process of its own: starts it, hears what it has to tell, decides what its death means, and starts
/// another. Everything but the first start and killing happens on one thread at a time.
/// </summary>
internal sealed unsafe partial class ProcessWorker : Worker
{
    private const int MostIdleDeaths = 3;

    private readonly Recipe recipe;
    private readonly HeldItem reader;
    private readonly Mailbox mailbox;
    private readonly Cultures cultures = Cultures.OfCaller(); // who replaces a process later has others
    private WorkerProcess? process;
    private Exception? killedBecause;
    private bool isKilled;
    private bool isKillFinal;
    private bool isUnwanted;
    private long itemsAtStart;
    private Death? death;
    private long itemsAtIdleDeath = -1;
    private int idleDeaths;
    private long? givenUp; // the last item that was, while its process may still hold it
    private bool hasEnded;
    private bool isToBeReplaced;
    private bool hasSaidGoodbye;
    private bool isGone;
    private int isLooking;
    private ITimer? exitClock;

    public ProcessWorker(RunningStage stage, int index, Recipe recipe)
        : base(stage, index, isAsynchronous: false)
    {
        this.recipe = recipe;
        mailbox = new Mailbox(stage.Run.Memory!.Allocate(Mailbox.Size, Mailbox.UsualLetter), stage.Run.Memory.Bell);
        reader = new HeldItem(this);
    }

    public override bool IsProcess => true;

    public override Reader Reader => reader;

    public override Lineage? Lineage => reader.Lineage;

    // Every new process loads its model anew.
    public override bool IsStarting => Times.State == WorkerState.NotStarted || (Record->IsStarting && ItemsIn + ItemsOut == itemsAtStart);

    /// <summary>Whether its process waits for nothing but a signal to go on.</summary>
    public bool IsStopped => OperatingSystem.IsLinux() && Times.State is WorkerState.Starved or WorkerState.Blocked or WorkerState.Pausing && ProcessId is { } id && ProcessStatus.IsStopped(id);

    /// <summary>The number of its process, once it has one.</summary>
    public int? ProcessId => Volatile.Read(ref process)?.Id;

    private ISharedLink? Input => (ISharedLink?)Stage.Input;

    private ISharedLink Output => (ISharedLink)Stage.Output!;

    /// <summary>Starts its process. Throws if the system refuses.</summary>
    public override ValueTask RunAsync()
    {
        Start(resume: null, pause: default);
        return ValueTask.CompletedTask;
    }

    /// <summary>For a worker whose process could not be started.</summary>
    public override ValueTask LeaveAsync()
    {
        SayGoodbye();
        BeGone();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the process, whatever it is doing: its death then means this exception.</summary>
    /// <param name="because">The exception; null for a worker that must only be gone, with the process that it may be starting.</param>
    /// <param name="isFinal">Whether the stage fails with it, whatever its fault policy.</param>
    public void Kill(Exception? because, bool isFinal = false)
    {
        if (Interlocked.CompareExchange(ref killedBecause, because, null) is null)
            Volatile.Write(ref isKillFinal, isFinal);
        Volatile.Write(ref isKilled, true);
        if (because is null)
            Volatile.Write(ref isUnwanted, true);
        Interlocked.MemoryBarrier(); // either this sees the process that is being started, or who starts it sees this
        Volatile.Read(ref process)?.Kill();
    }

    /// <summary>
    /// Called by the supervisor when somebody has rung. Does what there is to do on a thread of the pool: callbacks of the user may block, and
    /// must not keep other workers from being heard.
    /// </summary>
    public void LookSoon()
    {
        if (isGone || (Volatile.Read(ref death) is null && !mailbox.HasLetter) || Interlocked.Exchange(ref isLooking, 1) != 0)
            return;
        ThreadPool.UnsafeQueueUserWorkItem(
            static worker =>
            {
                worker.Look();
                Volatile.Write(ref worker.isLooking, 0);
                worker.Stage.Run.Memory!.Bell.Ring(); // for what has come meanwhile
            },
            this,
            preferLocal: false);
    }

    private void Look()
    {
        if (isGone)
            return;
        PipelineContext.Current = Context; // what it logs concerns the item that its process holds
        using var scope = Stage.Run.Options.LoggerFactory is null ? null : Logger.BeginScope(new WorkerScope(this));
        ReadMail();
        if (Volatile.Read(ref death) is not { } last || last.Process != process)
            return;
        death = null;
        exitClock?.Dispose();
        ReadMail(); // what it posted last
        if (hasSaidGoodbye || isToBeReplaced)
            NoteLateDeath(last.Exit);
        if (hasSaidGoodbye)
            BeGone();
        else if (isToBeReplaced)
            Replace();
        else
            OnDied(last.Exit);
    }

    private void ReadMail()
    {
        while (!hasSaidGoodbye && mailbox.TryRead(out var news, out var bytes, out var number, out var delivered))
        {
            var (granted, pause) = (false, TimeSpan.Zero);
            switch (news)
            {
                case News.EndedEarly:
                    hasEnded = true;
                    Stage.EndAt(this, with: null);
                    break;
                case News.Failed:
                    hasEnded = true;
                    Stage.EndAt(this, new Fault(ExceptionCodec.Read(bytes), this, number >= 0 ? number : null));
                    break;
                case News.FailedOnItem:
                    granted = Judge(ExceptionCodec.Read(bytes), (int)delivered, out pause);
                    givenUp = granted ? null : number;
                    break;
                case News.FailedRun:
                    Stage.Run.FailWith(new Fault(ExceptionCodec.Read(bytes), this));
                    break;
                case News.FailedInCleanup:
                    Stage.Run.FailInCleanup(new Fault(ExceptionCodec.Read(bytes), this));
                    break;
                case News.Inherited when Stage.Input!.Fault is { } fault:
                    Stage.Inherit(fault);
                    break;
                case News.Logged:
                    LogLine.Read(bytes).WriteTo(Logger);
                    break;
                case News.Spanned when Reader.Lineage is { } lineage:
                    Stage.Run.Trace.AddItem(this, lineage.Trace, new DateTimeOffset(number, TimeSpan.Zero), TimeSpan.FromTicks(delivered));
                    break;
                case News.Worn:
                    isToBeReplaced = true;
                    exitClock = Stage.Run.Time.RingAfter(Stage.Run.Options.StopTimeout, process!.Kill); // code that runs at its exit may hang
                    break;
                case News.Left:
                    SayGoodbye();
                    break;
            }

            mailbox.Answer(granted, pause);
        }
    }

    // Callbacks of the user: one that throws fails the run.
    private bool Judge(Exception exception, int delivered, out TimeSpan pause)
    {
        try
        {
            return Stage.GrantsAnotherTry(this, exception, delivered, out pause);
        }
        catch (Exception callbackFailed)
        {
            pause = TimeSpan.Zero;
            Stage.Run.FailWith(new Fault(callbackFailed, this));
            return false;
        }
    }

    private void OnDied(WorkerExit exit)
    {
        if (!HasPolicy)
            Stage.Run.OnEndingEarly(); // the stage will end: before what the worker held is given up
        var held = Input?.HeldBy(Index, isDead: true);
        var hasHandedOn = !Output.ReleaseUnusedOf(Index);
        Attempts.Correct(Record, held?.Number ?? -1, hasHandedOn);
        Times.Interrupt();
        if (IsToldToStop || hasEnded || (held is null && MayNotTake && !IsWorn))
        {
            AnswerToStop(exit, held?.Number);
            Leave(held);
            return;
        }

        var exception = killedBecause ?? Crash.Of(this, exit, held?.Number, process!.StandardErrorTail);
        if (IsWorn && IsStopping && IsCleaningUp) // it ended as agreed, with its last item done: what it still names is not to blame
        {
            Stage.Run.FailInCleanup(new Fault(exception, this));
            Leave(held);
            return;
        }

        if (!HasPolicy || Volatile.Read(ref isKillFinal) || (held is null && IsHopeless()))
        {
            Stage.EndAt(this, new Fault(exception, this, held?.Number));
            Leave(held);
            return;
        }

        Restarts++;
        WakeOthers();
        if (held is not var (slot, number))
        {
            Stage.Turns?.Show(Index, Turns.Idle); // it may have announced an item that it did not get
            Restart(resume: null, pause: default);
            return;
        }

        var pause = TimeSpan.Zero;
        var again = number != givenUp && Judge(exception, Attempts.DeliveredOf(Record), out pause);
        if (again)
        {
            Attempt++;
        }
        else
        {
            Input!.GiveUp(slot);
            Stage.Input!.Lineages?.WakeAfterDeath();
            Stage.Turns?.Show(Index, Turns.Idle);
        }

        Restart(again ? (slot, number) : null, pause);
    }

    // As with an exception: one from a finally block fails the run, any other comes from an item that is not needed any more.
    private void AnswerToStop(WorkerExit exit, long? number)
    {
        if (Volatile.Read(ref isKilled))
            return;
        var crash = Crash.Of(this, exit, number, process!.StandardErrorTail);
        if (IsCleaningUp)
            Stage.Run.FailInCleanup(new Fault(crash, this, number));
        else
            Stage.Run.Log.IgnoredAfterStop(Stage.Name, Index, crash);
    }

    // It had done all its work, and died of what runs at the exit of a process.
    private void NoteLateDeath(WorkerExit exit)
    {
        if (exit.ExitCode is not 0)
            Stage.Run.Log.DiedAtExit(Stage.Name, Index, exit);
    }

    /// <summary>It has left after so many items, as agreed: another one goes on.</summary>
    private void Replace()
    {
        isToBeReplaced = false;
        Restarts++;
        Times.Interrupt();
        if (hasEnded)
            Leave(held: null);
        else
            Restart(resume: null, pause: default);
    }

    private void Restart((int Slot, long Number)? resume, TimeSpan pause)
    {
        try
        {
            if (!IsToldToStop)
            {
                ForgetOwnStop();
                Start(resume, pause);
                return;
            }
        }
        catch (Exception refused)
        {
            Stage.Run.FailWith(new Fault(refused, this));
        }

        Leave(resume);
    }

    private void Leave((int Slot, long Number)? held)
    {
        if (held is var (slot, _))
            Input!.GiveUp(slot);
        WakeOthers();
        SayGoodbye();
        BeGone();
    }

    // Whom it was about to wake when it died, nobody else would.
    private void WakeOthers()
    {
        Stage.Input?.Lineages?.WakeAfterDeath();
        Input?.WakeAll();
        Output.WakeAll();
        Stage.Turns?.Waiting.WakeAllAfterDeath();
    }

    // It held no item, so nothing is lost, and no item is to blame. But one that never gets to an item will not do better next time, and
    // what it handed on behind the last item would come twice.
    private bool IsHopeless()
    {
        idleDeaths = ItemsIn == itemsAtIdleDeath ? idleDeaths + 1 : 1;
        itemsAtIdleDeath = ItemsIn;
        return idleDeaths >= MostIdleDeaths || Record->IsAtEnd || Stage.IsSource;
    }

    private void SayGoodbye()
    {
        if (hasSaidGoodbye)
            return;
        hasSaidGoodbye = true;
        Times.End();
        Stage.OnLeft(this);
        Stage.Input?.Lineages?.WakeAfterDeath();
    }

    private void BeGone()
    {
        isGone = true;
        if (process is null)
            Stage.Run.OnWorkerLeft();
        else
            _ = process.AllPrintedAsync().ContinueWith(_ => Stage.Run.OnWorkerLeft(), TaskScheduler.Default);
    }

    private sealed record Death(WorkerProcess Process, WorkerExit Exit);

    /// <summary>The item the process holds, seen from here.</summary>
    private sealed class HeldItem(ProcessWorker worker) : Reader(worker)
    {
        private (int Slot, long Number)? Held => worker.Input?.HeldBy(worker.Index, isDead: false);

        public override bool HasItem => Held is not null;

        public override bool IsAtEnd => worker.Record->IsAtEnd;

        public override long Number => Held?.Number ?? -1;

        public override object? Item
        {
            get
            {
                try
                {
                    return Held is var (slot, _) ? worker.Input!.Peek(slot) : null;
                }
                catch (Exception)
                {
                    return null; // that it cannot be read may be what it failed on
                }
            }
        }

        public override Lineage? Lineage => Held is var (slot, _) ? worker.Input!.LineageIn(slot) : null;

        public override void Finish()
        {
        }

        public override ValueTask<bool> ReserveAsync() => new(false);
    }
}
