using Penstock.Faults;
using Penstock.SharedMemory;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>
/// The bounded hand-over between two neighbouring stages: slots, waiting, end and early end. <see cref="Link{T}"/> adds the items.
/// </summary>
/// <remarks>
/// Two counters make the slots: <c>claimed</c> grows when a producer takes one, before it resumes its generator; <c>freed</c>
/// grows when a consumer asks for its next item. The difference is what exists at once, and never exceeds the capacity.
/// </remarks>
internal abstract unsafe class Link
{
    // From this capacity on a blocked producer is woken when half of the waiting items are gone, not at the first free slot:
    // the consumer has enough to go on with, and the producer gets a stretch of work for one wake-up.
    private const int SmallestLazyCapacity = 8;

    private readonly Block memory;
    private readonly LinkHeader* header;

    protected Link(Block memory, int capacity, bool manyProducers, bool manyConsumers)
    {
        this.memory = memory;
        header = (LinkHeader*)memory.Address;
        Capacity = capacity;
        ManyProducers = manyProducers;
        ManyConsumers = manyConsumers;
    }

    public int Capacity { get; }

    /// <summary>Workers that wait for a slot, or for room in bytes.</summary>
    public WaitSet Producers { get; } = new();

    /// <summary>Workers that wait for an item.</summary>
    public WaitSet Consumers { get; } = new();

    /// <summary>The limit in bytes, if there is one.</summary>
    public ByteBudget? Bytes { get; init; }

    /// <summary>The stage that fills this link.</summary>
    public RunningStage? Producer { get; set; }

    /// <summary>Set when nothing more will be handed on. What was handed on before is still there to take.</summary>
    public bool IsCompleted => Volatile.Read(ref header->Completed);

    /// <summary>Why the link was completed, if a stage failed; written before <see cref="IsCompleted"/>.</summary>
    public Fault? Fault { get; private set; }

    /// <summary>Set when nobody will take any more.</summary>
    public bool IsClosed => Volatile.Read(ref header->Closed);

    /// <summary>Items being produced, waiting or being consumed; a snapshot while the run goes on.</summary>
    public long InFlight => Math.Max(0, Volatile.Read(ref header->Claimed) - Volatile.Read(ref header->Freed));

    /// <summary>Items taken so far: the number of the next one.</summary>
    public long TakenCount => Volatile.Read(ref header->Head);

    protected bool ManyProducers { get; }

    protected bool ManyConsumers { get; }

    protected LinkHeader* Header => header;

    public bool TryTakeSlot()
    {
        var side = header;
        while (true)
        {
            var taken = Volatile.Read(ref side->Claimed);
            if (taken - Volatile.Read(ref side->KnownFreed) >= Capacity)
            {
                // Only grows, so an old value errs on the safe side; so does one that another producer puts back.
                var freed = Volatile.Read(ref header->Freed);
                Volatile.Write(ref side->KnownFreed, freed);
                if (taken - freed >= Capacity)
                    return false;
            }

            if (!ManyProducers)
            {
                side->Claimed = taken + 1;
                return true;
            }

            if (Interlocked.CompareExchange(ref side->Claimed, taken + 1, taken) == taken)
                return true;
        }
    }

    public bool HasFreeSlot() => Volatile.Read(ref header->Claimed) - Volatile.Read(ref header->Freed) < Capacity;

    /// <summary>Frees the slot of an item that was consumed.</summary>
    /// <param name="size">The bytes the item was charged with.</param>
    public void FreeSlot(long size = 0)
    {
        if (ManyConsumers || ManyProducers)
            Interlocked.Increment(ref header->Freed);
        else
            Volatile.Write(ref header->Freed, header->Freed + 1);

        Bytes?.Free(size);
        if (Producers.HasWaiting)
            WakeProducers();
    }

    /// <summary>Gives back a slot for which nothing was produced.</summary>
    public void ReturnSlot()
    {
        if (ManyProducers)
            FreeSlot();
        else
            header->Claimed--; // not by freeing: that counter belongs to the consumer
    }

    /// <summary>Ends the link from the producing side.</summary>
    public void Complete(Fault? fault)
    {
        Fault = fault;
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

    /// <summary>Whether an item waits to be taken.</summary>
    public abstract bool HasItems { get; }

    /// <summary>Disposes the items that nobody took. Call it when all workers have left, or are given up.</summary>
    public abstract void DisposeUndelivered(Action<Exception> onError);

    /// <summary>
    /// Whether a consumer that yields should go on: half the link is waiting for it, or what waits has not grown since the last look.
    /// </summary>
    /// <param name="lastLook">What the consumer saw at its last look.</param>
    public bool IsWorthTaking(ref long lastLook)
    {
        var handedOn = Volatile.Read(ref header->Tail);
        var isGrowing = handedOn != lastLook;
        lastLook = handedOn;
        return !isGrowing || Capacity < SmallestLazyCapacity || 8 * (handedOn - Volatile.Read(ref header->Head)) >= 7 * Capacity;
    }

    /// <summary>Whether a producer that yields should go on: half of the slots are free, or no more than at the last look.</summary>
    /// <param name="lastLook">What the producer saw at its last look.</param>
    public bool IsWorthFilling(ref long lastLook)
    {
        var freed = Volatile.Read(ref header->Freed);
        var isGrowing = freed != lastLook;
        lastLook = freed;
        return !isGrowing || Capacity < SmallestLazyCapacity || 8 * (Volatile.Read(ref header->Claimed) - freed) <= Capacity;
    }

    private void WakeProducers()
    {
        if (Bytes is not null)
            Producers.WakeAll();
        else if (Capacity < SmallestLazyCapacity || 2 * (Volatile.Read(ref header->Tail) - Volatile.Read(ref header->Head)) <= Capacity)
            Producers.WakeOne();
    }
}
