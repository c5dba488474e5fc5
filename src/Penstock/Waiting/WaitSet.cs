using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>The workers that wait for the same thing: the items of a link, its slots, or a stage's turn.</summary>
internal sealed unsafe class WaitSet
{
    /// <summary>Waiting for nothing that a set stands for.</summary>
    public const int None = 0;

    // Sets between processes are numbered by the run, from 1.
    private static int lastLocalId = 1 << 24;

    private readonly FixedMemory memory;
    private readonly int id;

    // Written with interlocked operations by waiting workers; read without a fence by wakers. That is enough, because a worker
    // issues a process-wide barrier between entering and its last check: either it sees what the waker wrote, or the waker sees it here.
    private readonly int* waiting;

    // Where there is no barrier for all processes, wakers pay for a fence of their own. So they do where tasks wait: those wait often, and
    // lose less by it than such a barrier costs everybody.
    private Fencing fencing = Fencing.Unknown;

    private Waiter[] members = [];

    /// <summary>A set of this process.</summary>
    public WaitSet()
    {
        memory = FixedMemory.OfThisProcess(sizeof(int));
        waiting = (int*)memory.Address;
        fencing = Fencing.ByWaiters;
        id = Interlocked.Increment(ref lastLocalId);
    }

    /// <summary>A set whose members may be in several processes.</summary>
    /// <param name="memory">One integer, zero at first.</param>
    /// <param name="id">The same in all processes.</param>
    public WaitSet(FixedMemory memory, int id)
    {
        this.memory = memory;
        waiting = (int*)memory.Address;
        this.id = id;
    }

    public bool HasWaiting
    {
        get
        {
            if (fencing != Fencing.ByWaiters && MustFence())
                Interlocked.MemoryBarrier();
            return Volatile.Read(ref *waiting) != 0;
        }
    }

    /// <summary>All that may wait here, before any of them does.</summary>
    public void Join(Waiter[] waiters)
    {
        members = waiters;
        if (!memory.IsShared && waiters.Any(w => w is TaskWaiter))
            fencing = Fencing.ByAll;
    }

    /// <summary>One more member, of this process, while the others may be waiting.</summary>
    public void Join(Waiter waiter)
    {
        for (var seen = members; !seen.Contains(waiter); seen = members)
            Interlocked.CompareExchange(ref members, [.. seen, waiter], seen);
    }

    public void Enter(Waiter waiter)
    {
        Interlocked.Increment(ref *waiting);
        waiter.Announce(id);
    }

    /// <summary>Between entering and the last look: pays for the fences that the others leave out.</summary>
    public void Fence()
    {
        if (fencing == Fencing.ByAll)
            Interlocked.MemoryBarrier();
        else if (memory.IsShared)
            GlobalBarrier.Issue();
        else
            Interlocked.MemoryBarrierProcessWide();
    }

    public void Leave() => Interlocked.Decrement(ref *waiting);

    /// <summary>Wakes one worker that waits in this set. Who takes a thing and sees that more is left wakes the next.</summary>
    public void WakeOne()
    {
        foreach (var waiter in members)
        {
            if (waiter.WakeFrom(id))
                return;
        }
    }

    /// <summary>Wakes one certain member, if it waits in this set.</summary>
    public void Wake(int member) => members[member].WakeFrom(id);

    /// <summary>When a member of another set, which may have woken one of this set, has died: it may have died in the middle of that.</summary>
    public void WakeAllAfterDeath()
    {
        WakeAll();
        foreach (var waiter in members)
            waiter.Nudge();
    }

    public void WakeAll()
    {
        foreach (var waiter in members)
            waiter.WakeFrom(id);
    }

    // Asked when the first worker is to be woken, and not before: in a process that has just started, the answer takes the kernel some ms.
    private bool MustFence()
    {
        if (fencing == Fencing.Unknown)
            fencing = memory.HasBarrier ? Fencing.ByWaiters : Fencing.ByAll;
        return fencing == Fencing.ByAll;
    }

    private enum Fencing
    {
        Unknown,
        ByWaiters,
        ByAll,
    }
}
