using System.Runtime.CompilerServices;
using Penstock.SharedMemory;
using Penstock.Waiting;

namespace Penstock.Workers;

// How it waits, and where, when it waits twice.
internal abstract partial class Worker
{
    private const int Once = 1;
    private const int Twice = 2;

    private int waits;
    private Waiter? second;
    private WorkerState firstWait;
    private WorkerState secondWait;

    /// <summary>Waits until the condition may be met; the caller looks, and waits again if it is not.</summary>
    /// <param name="set">What the worker waits for; null if only itself is woken.</param>
    /// <param name="state">How the wait counts.</param>
    /// <param name="condition">What ends it.</param>
    /// <param name="milliseconds">The longest wait, for workers with a thread.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(WaitSet? set, WorkerState state, ICondition condition, int milliseconds = Timeout.Infinite)
    {
        Times.Enter(state);
        if (state is WorkerState.Starved or WorkerState.Spare && !HoldsBack)
            Stage.Input?.Lineages?.OnIdle();
        var waiter = default(Waiter);
        try
        {
            var isBrief = state is WorkerState.Starved or WorkerState.Blocked && milliseconds == Timeout.Infinite;
            if (!isAsynchronous && isBrief && spinner.Try(condition))
                return;
            waiter = WaiterFor(set, state);
            if (set is null)
                waiter.Announce(WaitSet.None); // who wakes it issues a fence
            else
                set.Enter(waiter);
            set?.Fence();
            if (condition.IsMet())
                waiter.Wake();
            await waiter.WaitAsync(milliseconds).ConfigureAwait(false);
            set?.Leave();
        }
        finally
        {
            LeaveWait(waiter, state);
            if (state is WorkerState.Blocked or WorkerState.Pausing)
                Stage.Lead?.OnGoingOn();
        }
    }

    /// <summary>Wakes it, whatever it waits for.</summary>
    public void Wake()
    {
        Waiter.Wake();
        Volatile.Read(ref second)?.Wake();
    }

    // A stage may yield while the item that it has asked for has not come, or read its input on a thread of its own: then it waits twice.
    private Waiter WaiterFor(WaitSet? set, WorkerState state)
    {
        if ((Interlocked.Or(ref waits, Once) & Once) == 0)
        {
            firstWait = state;
            return Waiter;
        }

        if (set is null || memory.IsShared || Stage.Workers.Count > 1 || (Interlocked.Or(ref waits, Twice) & Twice) != 0)
        {
            throw new InvalidOperationException(
                $"Stage '{Stage.Name}' waits for an item and for a slot at once: it yields while the item that it has asked for has not come, or reads its input on another thread. "
                + "With several workers, or where a stage of the run is in another process, await each item before the next yield, and read the input where the stage runs.");
        }

        if (second is null)
        {
            var own = FixedMemory.OfThisProcess(Unsafe.SizeOf<WorkerRecord>());
            Volatile.Write(ref second, isAsynchronous ? new TaskWaiter(own) : Waiter.ForThread(own, Stage.Run.Options.IsPortable));
        }

        set.Join(second);
        lock (second)
        {
            secondWait = state;
            Times.Enter(state); // the other one may have left meanwhile
        }

        return second;
    }

    // The worker is not at work before both waits are over.
    private void LeaveWait(Waiter? waiter, WorkerState state)
    {
        if (IsGone)
            return; // somebody who was left behind: none of its times
        if (Volatile.Read(ref second) is not { } twice)
        {
            if (waiter is not null)
                Interlocked.And(ref waits, ~Once);
            Times.Leave(state);
            return;
        }

        lock (twice)
        {
            if (waiter is not null)
                Interlocked.And(ref waits, waiter == twice ? ~Twice : ~Once);
            Times.Leave(state);
            if (waits != 0)
                Times.Enter((waits & Once) != 0 ? firstWait : secondWait);
        }
    }
}
