using System.Runtime.CompilerServices;

namespace Penstock.Links;

/// <summary>A link with one consumer, whose producers hand on one at a time: a single one, or several in order.</summary>
/// <remarks>
/// Protocol. A producer writes the item into cell <c>p % size</c>, then moves the tail; the consumer looks at the tail only when
/// it has taken all it knew of. So the items alone travel between the processors, many to a cache line. A cell is not written
/// again before the consumer has freed its item, which it does in order: the slots see to that.
/// </remarks>
internal sealed unsafe class SerialLink<T> : LocalLink<T>
{
    private readonly T[] items;

    public SerialLink(int capacity, bool manyProducers, Lineages? lineages, ByteBudget? bytes)
        : base(capacity, manyProducers, manyConsumers: false, lineages, bytes) => items = new T[Cells];

    public override bool HasItems => Volatile.Read(ref Header->Tail) != Volatile.Read(ref Header->Head);

    public override void HandOn(int slot, T item, Lineage? lineage, long size)
    {
        var position = Header->Tail;
        var cell = (int)position & (items.Length - 1);
        items[cell] = item;
        PutBeside(cell, lineage, size);
        Volatile.Write(ref Header->Tail, position + 1);
        if (Consumers.HasWaiting)
            Consumers.WakeOne();
    }

    public override bool TryTake(Turns? turns, int worker, ref Taken<T> taken)
    {
        var position = Header->Head;
        if (position == Header->KnownTail)
        {
            Header->KnownTail = Volatile.Read(ref Header->Tail);
            if (position == Header->KnownTail)
                return false;
        }

        var cell = (int)position & (items.Length - 1);
        taken.Item = items[cell];
        taken.Number = position;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            items[cell] = default!; // the item must not live longer than its consumer lets it
        TakeBeside(cell, ref taken);
        Volatile.Write(ref Header->Head, position + 1);
        return true;
    }
}
