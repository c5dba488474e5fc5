using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Penstock.Buffers;
using Penstock.Faults;
using Penstock.Links;
using Penstock.SharedMemory;
using Penstock.Stages;
using Penstock.Telemetry;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>One running instance of a stage's generator: its identity, how it is stopped, how it waits, what it counts.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to dispose.")]
internal abstract partial class Worker
{
    // Bits of the gate. Any thread may set them; the worker reads the word once an item.
    private const int Stopped = 1; // leave
    private const int InputEnded = 2; // finish the item in hand, take no other: the stage has ended behind it
    private const int Draining = 4; // a source: pull no more
    private const int Worn = 8; // set by a process itself: finish the item in hand, then leave to be replaced
    private const int RunDraining = 16; // for a process that SIGTERM has reached: the run has heard of it and will end
    private const int Gone = 32; // set by the worker itself: its generator is over, and whoever still waits for an item of it gets none

    [ThreadStatic]
    private static ISecondThread? ofThread;

    private readonly CancellationTokenSource stopping = new();
    private readonly bool isAsynchronous;
    private readonly FixedMemory memory;
    private readonly unsafe WorkerRecord* record;
    private Spinner spinner = new();
    private string? stopReason;
    private bool holdsBack;
    private ExecutionContext? inlineContext;
    private ILogger? logger;

    /// <param name="stage">The stage.</param>
    /// <param name="index">Which of its workers this is.</param>
    /// <param name="isAsynchronous">Whether it waits as a task.</param>
    /// <param name="existing">Its record, if another process has begun it.</param>
    protected unsafe Worker(RunningStage stage, int index, bool isAsynchronous, FixedMemory? existing = null)
    {
        Stage = stage;
        Index = index;
        this.isAsynchronous = isAsynchronous;
        memory = existing ?? stage.Run.Memory?.Allocate(sizeof(WorkerRecord)) ?? FixedMemory.OfThisProcess(sizeof(WorkerRecord));
        record = (WorkerRecord*)memory.Address;
        Waiter = isAsynchronous ? new TaskWaiter(memory) : Waiter.ForThread(memory, stage.Run.Options.IsPortable);
        Context = new PipelineContext(this);
        Times = new WorkerTimes(record, stage.Run);
        if (existing is not null)
            return;
        Times.Reset();
        record->Attempt = 1;
        record->IsStarting = true;
        record->CountedItem = -1;
    }

    /// <summary>Whether the calling thread works inside this worker for another thread, which is where the worker is: what it is told does not tell the worker.</summary>
    public bool IsOnSecondThread => SecondThread is not null;

    /// <summary>Whose the calling thread is, if that is another one inside this worker. A stage may run another pipeline on it, whose workers have nothing to do with it.</summary>
    public ISecondThread? SecondThread => ofThread is { } whose && whose.Worker == this ? whose : null;

    /// <summary>Whether the calling thread is to leave the generator, though the worker is not stopped.</summary>
    public bool MustLeaveHere => SecondThread is { IsToLeave: true };

    public RunningStage Stage { get; }

    public int Index { get; }

    public Waiter Waiter { get; }

    public PipelineContext Context { get; }

    public WorkerTimes Times { get; }

    /// <summary>What others may see of this worker, wherever it runs.</summary>
    public unsafe WorkerRecord* Record => record;

    /// <summary>Where its record lies.</summary>
    public FixedMemory Memory => memory;

    public bool IsAsynchronous => isAsynchronous;

    /// <summary>Whether the item in hand may be tried again, or become a dead letter.</summary>
    public bool HasPolicy => Stage.Options.Faults != FaultPolicy.Stop;

    /// <summary>Whether this stands for a worker in a process of its own.</summary>
    public virtual bool IsProcess => false;

    public CancellationToken Stopping => stopping.Token;

    public string StopReason => stopReason ?? "the stage has ended";

    /// <summary>Whether anything at all was asked of the worker.</summary>
    public unsafe bool IsTold => Volatile.Read(ref record->Gate) != 0;

    public unsafe bool IsStopping => (Volatile.Read(ref record->Gate) & Stopped) != 0;

    public unsafe bool IsDraining => (Volatile.Read(ref record->Gate) & Draining) != 0;

    public unsafe bool IsRunEnding => (Volatile.Read(ref record->Gate) & (Stopped | Draining | RunDraining)) != 0;

    public unsafe bool MayNotTake => (Volatile.Read(ref record->Gate) & (Stopped | InputEnded | Worn | Gone)) != 0;

    /// <summary>Whether the worker leaves because its process has taken enough items.</summary>
    public unsafe bool IsWorn => (Volatile.Read(ref record->Gate) & Worn) != 0;

    /// <summary>Whether its generator is over.</summary>
    private unsafe bool IsGone => (Volatile.Read(ref record->Gate) & Gone) != 0;

    /// <summary>A source with something behind it in the same worker ends in front of that when it drains, so that it still finishes.</summary>
    public bool MayNotProduce => IsTold && (IsStopping || (IsDraining && !Stage.HasInnerSource));

    /// <summary>Items taken and handed on so far. Written by the worker alone, read by anyone.</summary>
    public unsafe ref long ItemsIn => ref record->ItemsIn;

    /// <inheritdoc cref="ItemsIn"/>
    public unsafe ref long ItemsOut => ref record->ItemsOut;

    /// <summary>Where a source has something behind it in the same worker: the items that the source was asked for: one more than were taken while it is at one, or has thrown.</summary>
    public unsafe ref long ItemsAskedFor => ref record->ItemsAskedFor;

    /// <summary>Of a source: whether the worker is in it. Where it pulls tickets, it counts as starved meanwhile.</summary>
    public bool IsInSource => Stage.HasInnerSource ? Volatile.Read(ref ItemsAskedFor) > Volatile.Read(ref ItemsIn) : Times.State is WorkerState.Busy or WorkerState.Starved;

    /// <summary>Whether it has neither asked for an item nor yielded one yet.</summary>
    public virtual unsafe bool IsStarting => record->IsStarting && ItemsIn + ItemsOut + Restarts == 0 && !Times.HasStarved;

    /// <summary>Whether its generator runs its last blocks.</summary>
    public unsafe ref bool IsCleaningUp => ref record->IsCleaningUp;

    /// <summary>Generators started after the first one.</summary>
    public unsafe ref int Restarts => ref record->Restarts;

    /// <summary>Items given up.</summary>
    public unsafe ref int DeadLetters => ref record->DeadLetters;

    /// <summary>Which try of the item in hand this is.</summary>
    public unsafe ref int Attempt => ref record->Attempt;

    /// <summary>What the worker's outputs descend from: its item in hand, unless an engine stage says otherwise.</summary>
    public virtual Lineage? Lineage { get; set; }

    /// <summary>The span of the item in hand, where items are tracked.</summary>
    public ItemSpan? ItemSpan { get; protected init; }

    /// <summary>Where code of the stage logs.</summary>
    public ILogger Logger => logger ??= Stage.CreateLogger();

    /// <summary>The reading end, for whoever asks what the worker holds.</summary>
    public abstract Reader Reader { get; }

    /// <summary>The worker's whole life. Never throws; completes synchronously in a worker with a thread of its own.</summary>
    public abstract ValueTask RunAsync();

    /// <summary>Ends the generator and gives everything back. Only the first call counts.</summary>
    public abstract ValueTask LeaveAsync();

    public virtual void OnItemTaken() => ItemsIn++;

    /// <summary>From now on the calling thread works inside this worker for another one.</summary>
    public static void ClaimSecondThread(ISecondThread whose) => ofThread = whose;

    /// <summary>From now on it is the worker's own thread, or another one's.</summary>
    public static void LeaveSecondThread() => ofThread = null;

    /// <summary>Its other threads look, from now on before each item, whether they are to leave.</summary>
    public void AlertSecondThreads()
    {
        Reader.Alert();
        GuardPassages();
    }

    /// <summary>The generator asks for an item that is not at hand, or that an earlier try has failed on.</summary>
    public unsafe void OnAsking() => record->IsStarting = false;

    /// <summary>
    /// For whoever drives this worker inline: puts its AsyncLocals in the place of its driver's. To be called in an asynchronous
    /// method, which puts those back when it returns.
    /// </summary>
    public void EnterContext()
    {
        if ((inlineContext ?? Stage.Run.CallersContext) is { } mine)
            ExecutionContext.Restore(mine);
        if (inlineContext is not null)
            return;
        PipelineContext.Current = Context;
        KeepContext();
    }

    /// <summary>Keeps what the generator has put into AsyncLocals until the worker is driven again.</summary>
    public void KeepContext() => inlineContext = ExecutionContext.Capture();

    /// <summary>The same for the generator's last blocks. A run that is over keeps nothing of its user's alive.</summary>
    protected void EnterContextToLeave()
    {
        if (inlineContext is not null)
            ExecutionContext.Restore(inlineContext);
        inlineContext = null;
    }

    /// <summary>For a place inside the worker, between two items: whether no more may come through. Throws if the worker is stopped, or its thread is to leave.</summary>
    public bool EndsInside(bool isSource) => IsStopping || MustLeaveHere ? throw Reader.StopException() : isSource && IsDraining;

    /// <summary>Whether it holds items until others come, as a batch does.</summary>
    public bool HoldsBack { get => Volatile.Read(ref holdsBack); set => Volatile.Write(ref holdsBack, value); }

    /// <summary>The worker holds an item for its next output, beside the one in hand.</summary>
    public virtual void Claim(Lineage lineage)
    {
    }

    /// <summary>Gives back the slot for its next output, if it has one, while it takes no item.</summary>
    public virtual void ReturnSlot()
    {
    }

    /// <summary>Takes a slot for its next output, and waits for one. Returns without only if the worker is stopped.</summary>
    public virtual ValueTask TakeSlotAsync() => ValueTask.CompletedTask;

    /// <summary>Memory in the slot of the worker's next output, for a buffer that the generator fills; null where there is none.</summary>
    public virtual unsafe byte* Lend(IBuffer buffer, int bytes) => null;

    /// <summary>Takes charge of an enumerator inside the worker, which a stage might not dispose.</summary>
    public virtual void Own(IPassage passage) => throw new InvalidOperationException("Only a worker with a generator owns enumerators.");

    /// <summary>Whether its token tells its source to end, and nobody else.</summary>
    protected virtual bool MayCancelToDrain => isAsynchronous;

    /// <summary>Makes the enumerators inside the worker ask, from now on, whether the next item may come.</summary>
    protected virtual void GuardPassages()
    {
    }

    public void Stop(string reason)
    {
        Interlocked.CompareExchange(ref stopReason, reason, null);
        Signal(Stopped);
    }

    public void EndInput() => Signal(InputEnded, cancels: false);

    // A synchronous source finishes its current item; an asynchronous one may give up waiting for it.
    public void Drain() => Signal(Draining, cancels: MayCancelToDrain);

    /// <summary>Tells a process that the sources are being drained: it goes on until nothing more comes.</summary>
    public void AnnounceDrain() => Signal(RunDraining, cancels: false);

    /// <summary>What the worker is doing, in words.</summary>
    public string Activity()
    {
        var holding = Reader.HasItem ? $" with item {Reader.Number}" : "";
        return Times.State switch
        {
            WorkerState.NotStarted => IsProcess ? "its process still starting" : "not started",
            WorkerState.Busy when IsStarting => "in user code, still starting",
            WorkerState.Busy => $"in user code{holding}",
            WorkerState.Starved => "waiting for an item",
            WorkerState.Spare => "not needed for items that are so cheap",
            WorkerState.Blocked => $"waiting for a slot{holding}",
            WorkerState.Pausing => $"pausing before it tries again{holding}",
            _ => "gone",
        };
    }

    /// <summary>Whether somebody else has asked the worker to leave; a process of its own also sets the gate by itself.</summary>
    public bool IsToldToStop => Volatile.Read(ref stopReason) is not null;

    protected void WearOut() => Signal(Worn, cancels: false);

    /// <summary>The generator is over; it may have left somebody behind who awaits the next item. A process of its own ends with it.</summary>
    protected void CloseInput()
    {
        if (Stage.Run.Report is null)
            Signal(Gone, cancels: false);
    }

    /// <summary>After its process has left by itself: whether nothing else asks the worker to leave.</summary>
    protected unsafe bool ForgetOwnStop()
    {
        Interlocked.And(ref record->Gate, ~(Stopped | Worn));
        if (Volatile.Read(ref stopReason) is not null)
            Signal(Stopped); // asked at the same moment
        return !IsTold;
    }

    private unsafe void Signal(int bit, bool cancels = true)
    {
        if ((Interlocked.Or(ref record->Gate, bit) & bit) != 0)
            return;
        GuardPassages();
        if (cancels)
            CancelToken();
        Wake();
        if (memory.IsShared)
            memory.Wait.Rouse(&record->Gate, 1); // a process of its own looks after its token by itself
    }

    protected void CancelToken() => stopping.SignalApart(Stage.Run.Log);
}

/// <summary>A worker with outputs of a known type: what a run can drive inline.</summary>
internal abstract class Worker<TOut>(RunningStage stage, int index, bool isAsynchronous, FixedMemory? existing = null)
    : Worker(stage, index, isAsynchronous, existing), IFeed<TOut>
{
    public TOut Current { get; protected set; } = default!;

    /// <summary>Runs the generator to its next output, fault policy included. False when it is over; the stage knows why.</summary>
    public abstract ValueTask<bool> MoveNextAsync();

    public Reader<TOut> CreateReader(Worker worker) => new InlineReader<TOut>(this, worker);
}
