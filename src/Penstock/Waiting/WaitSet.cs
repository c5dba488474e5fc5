using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>The workers that wait for the same thing: the items of a link, its slots, or a stage's turn.</summary>
internal sealed unsafe class WaitSet
{
    /// <summary>Waiting for nothing that a set stands for.</summary>
    public const int None = 0;

    private static int lastId;

    private readonly FixedMemory? memory;
    private readonly int id;

    // Written with interlocked operations by waiting workers; read without a fence by wakers. That is enough, because a worker
    // issues a process-wide barrier between entering and its last check: either it sees what the waker wrote, or the waker sees it here.
    private readonly int* waiting;

    private Waiter[] members = [];

    /// <summary>A set of this process.</summary>
    public WaitSet()
    {
        memory = FixedMemory.OfThisProcess(sizeof(int));
        waiting = (int*)memory.Address;
        id = Interlocked.Increment(ref lastId);
    }

    public bool HasWaiting => Volatile.Read(ref *waiting) != 0;

    public void Join(IEnumerable<Waiter> waiters) => members = [.. waiters];

    public void Enter(Waiter waiter)
    {
        Interlocked.Increment(ref *waiting);
        waiter.Announce(id);
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

    public void WakeAll()
    {
        foreach (var waiter in members)
            waiter.WakeFrom(id);
    }
}
