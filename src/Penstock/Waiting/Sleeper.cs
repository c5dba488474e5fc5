using Penstock.Runs;
using Penstock.SharedMemory;
using Penstock.Workers;

namespace Penstock.Waiting;

/// <summary>How one thread waits that is no worker: it yields a little, then parks.</summary>
internal sealed class Sleeper
{
    private Spinner spinner = new();

    public unsafe Sleeper() => Waiter = Waiter.ForThread(FixedMemory.OfThisProcess(sizeof(WorkerRecord)));

    public Waiter Waiter { get; }

    /// <summary>Returns when the condition is met. Who makes it true wakes the set, or the waiter.</summary>
    public void Until(ICondition condition, WaitSet set)
    {
        while (!condition.IsMet())
        {
            if (spinner.Try(condition))
                return;
            set.Enter(Waiter);
            set.Fence();
            if (condition.IsMet())
                Waiter.Wake();
            Waiter.WaitAsync().Wait();
            set.Leave();
        }
    }
}
