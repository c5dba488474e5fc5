using System.Runtime.ExceptionServices;
using Penstock.Faults;
using Penstock.Links;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Stages.Ahead;

/// <summary>A thread that resumes a generator ahead of its consumer, and hands its items over through a link.</summary>
/// <remarks>
/// Protocol. The generator belongs to the consumer's thread while the pump rests, and to the pump's own while it runs. Only the
/// consumer sets <see cref="isRunning"/>, only the pump clears it: at the end of the items, at an exception, when the worker is
/// stopped, or when asked to rest. Whoever has seen it cleared sees all that the pump did, and that is on the link.
/// </remarks>
internal sealed class Pump<T> : Pump
{
    private readonly IEnumerator<T> items;
    private readonly string name;
    private readonly SerialLink<T> link;
    private readonly Sleeper consumer = new();
    private readonly Condition hasWork;
    private readonly Condition hasRoom;
    private readonly Condition hasItem;
    private readonly Condition hasStopped;
    private Thread? thread;
    private volatile bool isRunning;
    private volatile bool isToRest;
    private volatile bool isGivenUp;
    private volatile bool isAlert; // who takes items asks before each whether it is to leave

    // Written by the pump before it clears isRunning.
    private ExceptionDispatchInfo? failure;
    private bool hasEnded;
    private long producing;

    public Pump(IEnumerator<T> items, Worker worker, string name, int capacity)
        : base(worker)
    {
        this.items = items;
        this.name = name;
        link = new SerialLink<T>(capacity, manyProducers: false, lineages: null, bytes: null);
        link.Producers.Join([Sleeper.Waiter]);
        link.Consumers.Join([consumer.Waiter]);
        hasWork = new(() => isRunning || IsToLeave);
        hasRoom = new(() => link.HasFreeSlot() || MayNotGoOn);
        hasItem = new(() => link.HasItems || !isRunning || worker.IsStopping || worker.MustLeaveHere);
        hasStopped = new(() => !isRunning || isGivenUp);
    }

    /// <summary>Ticks that the last items took each to be produced.</summary>
    public long Producing => Volatile.Read(ref producing);

    /// <summary>Whether it rests, and all that it produced has been taken.</summary>
    public bool IsOver => !isRunning && !link.HasItems;

    /// <summary>Whether the generator is over.</summary>
    public bool HasEnded => hasEnded;

    /// <summary>Whether the generator has thrown.</summary>
    public bool HasFailed => failure is not null;

    /// <summary>What it has thrown, once the consumer has come to that.</summary>
    public Exception? Thrown { get; private set; }

    /// <summary>What a finally block has thrown when its thread was told to leave.</summary>
    public Exception? FailedCleanup { get; private set; }

    private bool MayNotGoOn => isToRest || Worker.IsStopping;

    /// <summary>Begins to produce. False if the system refuses the thread.</summary>
    public bool TryStart()
    {
        if (thread is null && !TryStartThread())
            return false;
        isToRest = false;
        isRunning = true;
        Sleeper.Waiter.Wake();
        return true;
    }

    /// <summary>Asks it to stop after the item it is at.</summary>
    public void Rest()
    {
        isToRest = true;
        Sleeper.Waiter.Wake();
    }

    /// <summary>The worker was told something: both sides look again.</summary>
    public void Wake()
    {
        isAlert = true;
        Sleeper.Waiter.Wake();
        consumer.Waiter.Wake();
    }

    /// <summary>Takes the next item, and waits for it. False if the pump rests; throws what the pump met, in its place behind the items before.</summary>
    public bool TryTake(ref Taken<T> taken)
    {
        while (true)
        {
            if (Worker.IsStopping || (isAlert && Worker.MustLeaveHere))
                throw Worker.Reader.StopException();
            if (link.TryTake(turns: null, worker: 0, ref taken))
                return true;
            if (!isRunning)
                break;
            WaitForItem();
        }

        if (link.HasItems)
            return false;
        if (Met is { } fault)
            throw Meet(Worker, fault);
        Thrown = failure?.SourceException;
        failure?.Throw();
        return false;
    }

    public void Free(int slot) => link.FreeSlot(slot, size: 0);

    /// <summary>
    /// Ends the pump: has it leave the generator, and disposes what nobody took. False if it is still inside after
    /// <see cref="RunOptions.StopTimeout"/>; the run has failed then, and the generator is to be left alone.
    /// </summary>
    public bool End()
    {
        IsToLeave = true;
        Rest();
        if (isRunning)
            Worker.AlertSecondThreads();
        if (isRunning && !HasLeftInTime())
            return false;
        Sleeper.Waiter.Wake();
        thread?.Join();
        if (Thrown is null && failure is { SourceException: not PipelineStoppedException and var exception })
            NoteIgnored(exception);
        link.DisposeUndelivered(Worker.Stage.Run.FailWith);
        return true;
    }

    private bool HasLeftInTime()
    {
        var run = Worker.Stage.Run;
        using (run.Time.RingAfter(run.Options.StopTimeout, GiveUp))
            consumer.Until(hasStopped, link.Consumers);
        if (!isRunning)
            return true;
        run.FailWith(new Fault(new WorkerStuckException($"Stage '{name}', worker {Worker.Index}, is still in user code, StopTimeout = {run.Options.StopTimeout} after its consumer ended."), Worker));
        return false;
    }

    // From an item that nobody needed, or a last block, which must not fail.
    private void NoteIgnored(Exception exception)
    {
        if (HasThrownStop && !Fault.IsAnswerToStop(exception))
            FailedCleanup = exception;
        else
            Worker.Stage.Run.Log.IgnoredAfterEnd(name, Worker.Index, exception);
    }

    private void GiveUp()
    {
        isGivenUp = true;
        consumer.Waiter.Wake();
    }

    // On the thread of another pump, which is told to leave by waking that one.
    private void WaitForItem()
    {
        if (On(Worker) is { } outer)
        {
            link.Consumers.Join(outer.Sleeper.Waiter);
            outer.Sleeper.Until(hasItem, link.Consumers);
            return;
        }

        var isStarved = IsStarved; // else the stage in front is busy
        if (isStarved)
            Worker.Times.Enter(WorkerState.Starved);
        consumer.Until(hasItem, link.Consumers);
        if (isStarved)
            Worker.Times.Leave(WorkerState.Starved);
    }

    private bool TryStartThread()
    {
        try
        {
            var created = new Thread(static pump => ((Pump<T>)pump!).Run()) { Name = $"Penstock: {name} #{Worker.Index}", IsBackground = true };
            Worker.Stage.Run.Options.StartThread(created, this);
            thread = created;
            return true;
        }
        catch (Exception)
        {
            return false; // the items go on as they did
        }
    }

    private void Run()
    {
        BatchScheduling.Choose();
        Worker.ClaimSecondThread(this);
        while (true)
        {
            Sleeper.Until(hasWork, link.Producers);
            if (!isRunning)
                return;
            Produce();
            isRunning = false;
            Interlocked.MemoryBarrier();
            link.Consumers.WakeAll();
        }
    }

    private void Produce()
    {
        var time = Worker.Stage.Run.Time;
        try
        {
            while (!MayNotGoOn)
            {
                if (link.TryTakeSlot(worker: 0) < 0)
                {
                    Sleeper.Until(hasRoom, link.Producers);
                    continue;
                }

                var began = time.GetTimestamp();
                if (!items.MoveNext())
                {
                    hasEnded = true;
                    return;
                }

                link.HandOn(slot: 0, items.Current, lineage: null, size: 0);
                Volatile.Write(ref producing, ((3 * producing) + time.GetTimestamp() - began) / 4);
            }
        }
        catch (Exception exception)
        {
            hasEnded = true;
            failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private sealed class Condition(Func<bool> isMet) : ICondition
    {
        public bool IsMet() => isMet();
    }
}
