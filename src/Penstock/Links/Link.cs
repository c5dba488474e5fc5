using Penstock.Faults;
using Penstock.SharedMemory;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>
/// The bounded hand-over between two neighbouring stages: slots, waiting, end and early end. A slot is taken before the producer
/// resumes its generator, and freed when the consumer asks for its next item.
/// </summary>
internal abstract unsafe class Link
{
    // From this capacity on a blocked producer is woken when half of the waiting items are gone, not at the first free slot:
    // the consumer has enough to go on with, and the producer gets a stretch of work for one wake-up.
    private const int SmallestLazyCapacity = 8;

    private readonly FixedMemory memory;
    private readonly LinkHeader* header;
    private Fault? fault;

    protected Link(FixedMemory memory, int capacity, bool manyProducers, bool manyConsumers)
    {
        this.memory = memory;
        header = (LinkHeader*)memory.Address;
        Capacity = capacity;
        ManyProducers = manyProducers;
        ManyConsumers = manyConsumers;
    }

    public int Capacity { get; }

    /// <summary>Workers that wait for a slot, or for room in bytes.</summary>
    public WaitSet Producers { get; init; } = new();

    /// <summary>Workers that wait for an item.</summary>
    public WaitSet Consumers { get; init; } = new();

    /// <summary>The limit in bytes, if there is one.</summary>
    public ByteBudget? Bytes { get; init; }

    /// <summary>Between a scattering and its gathering: the lineages of the items.</summary>
    public Lineages? Lineages { get; init; }

    /// <summary>The stage that fills this link.</summary>
    public RunningStage? Producer { get; set; }

    /// <summary>Set when nothing more will be handed on. What was handed on before is still there to take.</summary>
    public bool IsCompleted => Volatile.Read(ref header->Completed);

    /// <summary>Why the link was completed, if a stage failed; written before <see cref="IsCompleted"/>.</summary>
    public Fault? Fault => fault ?? (Volatile.Read(ref header->HasFault) ? Fault.OfAnotherProcess : null);

    /// <summary>Set when nobody will take any more.</summary>
    public bool IsClosed => Volatile.Read(ref header->Closed);

    /// <summary>Items being produced, waiting or being consumed; a snapshot while the run goes on.</summary>
    public abstract long InFlight { get; }

    /// <summary>Items taken so far: the number of the next one.</summary>
    public long TakenCount => Volatile.Read(ref header->Head);

    protected bool ManyProducers { get; }

    protected bool ManyConsumers { get; }

    protected LinkHeader* Header => header;

    /// <summary>Takes a slot for the next item of a producing worker; -1 if there is none just now.</summary>
    public abstract int TryTakeSlot(int worker);

    public abstract bool HasFreeSlot();

    /// <summary>Frees the slot of an item that was consumed.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="size">The bytes the item was charged with.</param>
    public void FreeSlot(int slot, long size)
    {
        Free(slot);
        Bytes?.Free(size);
        if (Producers.HasWaiting)
            WakeProducers();
    }

    /// <summary>Where in a slot an item of so many raw bytes will lie, so that it can be made there; null where items lie elsewhere.</summary>
    public virtual byte* RoomFor(int slot, int bytes) => null;

    /// <summary>Gives back a slot for which nothing was produced.</summary>
    public abstract void ReturnSlot(int slot);

    /// <summary>Ends the link from the producing side.</summary>
    public void Complete(Fault? fault)
    {
        this.fault = fault;
        header->HasFault = fault is not null;
        Volatile.Write(ref header->Completed, true);
        Interlocked.MemoryBarrier();
        Consumers.WakeAll();
    }

    /// <summary>Ends the link from the consuming side: the workers that fill it are stopped.</summary>
    public void Close()
    {
        Volatile.Write(ref header->Closed, true);
        Producer?.Stop("the stage after it needs no more items");
    }

    /// <summary>Whether consumers get copies: then what was handed on has done its service.</summary>
    public virtual bool CopiesItems => false;

    /// <summary>Whether an item waits to be taken.</summary>
    public abstract bool HasItems { get; }

    /// <summary>Disposes the items that nobody took. Call it when all workers have left, or are given up.</summary>
    public abstract void DisposeUndelivered(Action<Exception> onError);

    /// <summary>
    /// Whether a consumer that yields should go on: the link is half full, its slots are taken, or what waits has not grown since the last look.
    /// While it takes one half, the producer fills the other; if it waited for more, the two would work in turns.
    /// </summary>
    /// <param name="lastLook">What the consumer saw at its last look.</param>
    public bool IsWorthTaking(ref long lastLook) =>
        !HasMoved(Volatile.Read(ref header->Tail), ref lastLook) || Capacity < SmallestLazyCapacity || 2 * Waiting >= Capacity || !HasFreeSlot();

    /// <summary>Whether a producer that yields should go on: half of what waited is gone, or what waits has not shrunk since the last look.</summary>
    /// <param name="lastLook">What the producer saw at its last look.</param>
    public bool IsWorthFilling(ref long lastLook) =>
        !HasMoved(Volatile.Read(ref header->Head), ref lastLook) || Capacity < SmallestLazyCapacity || IsHalfEmpty;

    protected abstract void Free(int slot);

    // Handed on and not yet taken.
    private long Waiting => Volatile.Read(ref header->Tail) - Volatile.Read(ref header->Head);

    private bool IsHalfEmpty => 2 * Waiting <= Capacity;

    private static bool HasMoved(long now, ref long lastLook)
    {
        var hasMoved = now != lastLook;
        lastLook = now;
        return hasMoved;
    }

    private void WakeProducers()
    {
        if (Bytes is not null)
            Producers.WakeAll();
        else if (Capacity < SmallestLazyCapacity || IsHalfEmpty)
            Producers.WakeOne();
    }
}
