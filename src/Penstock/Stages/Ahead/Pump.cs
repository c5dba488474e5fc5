using Penstock.Faults;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Stages.Ahead;

/// <summary>A second thread inside a worker, whatever it produces: how it waits, and what it met.</summary>
/// <param name="worker">The worker.</param>
internal abstract class Pump(Worker worker) : ISecondThread
{
    private bool isToLeave;
    private bool isStarved;

    public Worker Worker { get; } = worker;

    /// <summary>How its thread waits: a worker's own waiter serves one thread at a time.</summary>
    public Sleeper Sleeper { get; } = new();

    /// <summary>Whether its thread is to leave the generator: nobody needs more.</summary>
    public bool IsToLeave { get => Volatile.Read(ref isToLeave); protected set => Volatile.Write(ref isToLeave, value); }

    /// <summary>Whether its thread waits for an item of the input.</summary>
    public bool IsStarved { get => Volatile.Read(ref isStarved); private set => Volatile.Write(ref isStarved, value); }

    /// <summary>The input's fault, if its thread has met that. It counts when the consumer has taken everything before it.</summary>
    protected Fault? Met { get; set; }

    /// <summary>Whether its thread was told to leave.</summary>
    protected bool HasThrownStop { get; private set; }

    /// <summary>The pump inside a worker whose thread this is, if it is one's.</summary>
    public static Pump? On(Worker worker) => worker.SecondThread as Pump;

    /// <summary>A worker's input ended with a fault. To be thrown; on a pump's thread the worker is not stopped yet.</summary>
    public static PipelineStoppedException Meet(Worker worker, Fault fault)
    {
        if (On(worker) is { } pump)
        {
            pump.Met = fault;
            return worker.Reader.StopOnThisThread();
        }

        worker.Stage.Inherit(fault);
        return worker.Reader.StopException();
    }

    /// <summary>Waits, on its thread, for an item of the input.</summary>
    public void WaitFor(ICondition item, WaitSet set)
    {
        set.Join(Sleeper.Waiter);
        IsStarved = true;
        Sleeper.Until(item, set);
        IsStarved = false;
    }

    public void OnStopThrown() => HasThrownStop = true;
}
