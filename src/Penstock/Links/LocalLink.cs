using System.Numerics;
using Penstock.SharedMemory;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>
/// A link within this process. Two counters make its slots: one grows when a producer takes a slot, one when a consumer frees
/// one. The difference is what exists at once, and never exceeds the capacity.
/// </summary>
internal abstract unsafe class LocalLink<T> : Link<T>
{
    // Beside the items, by cell, and only where somebody needs them: most links carry items and nothing else.
    private readonly Lineage?[]? lineages;
    private readonly long[]? sizes;

    protected LocalLink(int capacity, bool manyProducers, bool manyConsumers, Lineages? between, ByteBudget? bytes)
        : base(FixedMemory.OfThisProcess(sizeof(LinkHeader)), capacity, manyProducers, manyConsumers)
    {
        Cells = (int)BitOperations.RoundUpToPowerOf2((uint)capacity);
        Bytes = bytes;
        Lineages = between;
        lineages = between is null ? null : new Lineage?[Cells];
        sizes = bytes is null ? null : new long[Cells];
    }

    public override long InFlight => Math.Max(0, Volatile.Read(ref Header->Claimed) - Volatile.Read(ref Header->Freed));

    /// <summary>A power of two.</summary>
    protected int Cells { get; }

    // Where bytes are counted, they are charged when an item is handed on.
    public override void KeepOrder(RunningStage producer, Turns turns) =>
        turns.Early = Early = Bytes is null ? EarlyOutputs<T>.For(this, producer, turns) : null;

    public override int TryTakeSlot(int worker)
    {
        var side = Header;
        while (true)
        {
            var claimed = Volatile.Read(ref side->Claimed);
            if (claimed - Volatile.Read(ref side->KnownFreed) >= Capacity)
            {
                // Only grows, so an old value errs on the safe side; so does one that another producer puts back.
                var freed = Volatile.Read(ref side->Freed);
                Volatile.Write(ref side->KnownFreed, freed);
                if (claimed - freed >= Capacity)
                    return -1;
            }

            if (!ManyProducers)
            {
                side->Claimed = claimed + 1;
                return 0;
            }

            if (Interlocked.CompareExchange(ref side->Claimed, claimed + 1, claimed) == claimed)
                return 0;
        }
    }

    public override bool HasFreeSlot() => Volatile.Read(ref Header->Claimed) - Volatile.Read(ref Header->Freed) < Capacity;

    public override void ReturnSlot(int slot)
    {
        if (ManyProducers)
            FreeSlot(slot, size: 0);
        else
            Header->Claimed--; // not by freeing: that counter belongs to the consumer
    }

    protected override void Free(int slot)
    {
        if (ManyConsumers || ManyProducers)
            Interlocked.Increment(ref Header->Freed);
        else
            Volatile.Write(ref Header->Freed, Header->Freed + 1);
    }

    protected void PutBeside(int cell, Lineage? lineage, long size)
    {
        if (lineages is not null)
        {
            lineage?.Retain();
            lineages[cell] = lineage;
        }

        if (sizes is not null)
            sizes[cell] = size;
    }

    protected void TakeBeside(int cell, ref Taken<T> taken)
    {
        if (lineages is not null)
        {
            taken.Lineage = lineages[cell];
            lineages[cell] = null;
        }

        if (sizes is not null)
            taken.Size = sizes[cell];
    }
}
