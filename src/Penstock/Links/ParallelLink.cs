using System.Runtime.CompilerServices;

namespace Penstock.Links;

/// <summary>A link between any number of producers and consumers at once: a ring of cells, without locks.</summary>
/// <remarks>
/// Protocol. Cell <c>p % size</c> carries the item at position <c>p</c>. The producer writes the item, then the sequence
/// <c>p + 1</c>; a consumer that reads <c>p + 1</c> there therefore sees the item. Consumers take positions in order, by
/// moving <c>head</c>; several of them mark an emptied cell with the position that may fill it next, since a slow one may still
/// be copying when the others are a lap ahead. One alone frees in order, and the slots keep producers away from its cell.
/// </remarks>
internal sealed unsafe class ParallelLink<T> : LocalLink<T>
{
    private readonly Cell[] cells;

    // Several producers of an ordered stage hand on one at a time: each in its turn, or for others, under a lock. Both publish the tail.
    private readonly bool sharesTail;

    public ParallelLink(int capacity, bool manyProducers, bool manyConsumers, bool ordered, Lineages? lineages, ByteBudget? bytes)
        : base(capacity, manyProducers, manyConsumers, lineages, bytes)
    {
        sharesTail = manyProducers && !ordered;
        cells = new Cell[Cells];
        for (var i = 0; i < cells.Length; i++)
            cells[i].Sequence = i;
    }

    public override void HandOn(int slot, T item, Lineage? lineage, long size)
    {
        var position = sharesTail ? Interlocked.Increment(ref Header->Tail) - 1 : Header->Tail++;
        ref var cell = ref cells[position & Mask];
        if (ManyConsumers && Volatile.Read(ref cell.Sequence) != position)
            WaitUntilEmptied(ref cell, position);

        cell.Item = item;
        PutBeside((int)position & Mask, lineage, size);
        Volatile.Write(ref cell.Sequence, position + 1);
        if (Consumers.HasWaiting)
            Consumers.WakeOne();
    }

    public override bool HasItems
    {
        get
        {
            var position = Volatile.Read(ref Header->Head);
            return Volatile.Read(ref cells[position & Mask].Sequence) > position;
        }
    }

    public override bool TryTake(Turns? turns, int worker, ref Taken<T> taken)
    {
        var position = Header->Head;
        if (!ManyConsumers)
        {
            ref var cell = ref cells[position & Mask];
            if (Volatile.Read(ref cell.Sequence) != position + 1)
                return false;
            Header->Head = position + 1;
            Empty(ref cell, position, ref taken);
            return true;
        }

        while (true)
        {
            position = Volatile.Read(ref Header->Head);
            ref var cell = ref cells[position & Mask];
            var sequence = Volatile.Read(ref cell.Sequence);
            if (sequence <= position)
                return false;
            if (sequence != position + 1)
                continue; // others have gone on since the head was read

            turns?.Show(worker, position);
            if (Interlocked.CompareExchange(ref Header->Head, position + 1, position) != position)
                continue;
            Empty(ref cell, position, ref taken);
            Volatile.Write(ref cell.Sequence, position + Mask + 1);
            return true;
        }
    }

    private int Mask => cells.Length - 1;

    // The other consumer is between taking and copying; it needs no more than its time slice.
    private static void WaitUntilEmptied(ref Cell cell, long position)
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref cell.Sequence) != position)
            spin.SpinOnce(sleep1Threshold: -1);
    }

    private void Empty(ref Cell cell, long position, ref Taken<T> taken)
    {
        taken.Item = cell.Item;
        taken.Number = position;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            cell.Item = default!; // the item must not live longer than its consumer lets it
        TakeBeside((int)position & Mask, ref taken);
    }

    private struct Cell
    {
        public T Item;
        public long Sequence;
    }
}
