using Penstock.Buffers;
using Penstock.Serialization;

namespace Penstock.Links;

/// <content>What is done for workers that have died: see the protocol.</content>
internal sealed unsafe partial class SharedLink<T>
{
    public (int Slot, long Number)? HeldBy(int consumer, bool isDead)
    {
        if (isDead)
        {
            FinishTaking(consumer);
            FinishFreeing(Consuming | consumer);
        }

        for (var slot = 0; slot < Capacity; slot++)
        {
            if (Volatile.Read(ref owners[slot]) == (Consuming | consumer))
                return (slot, HeaderOf(slot)->Number);
        }

        return null;
    }

    public object? Peek(int slot)
    {
        var taken = default(Taken<T>);
        Read(slot, HeaderOf(slot)->Number, ItemCodec.For<T>(serializer), ref taken);
        return taken.Item is IBuffer buffer ? buffer.Copy() : taken.Item;
    }

    public void GiveUp(int slot) => FreeSlot(slot, HeaderOf(slot)->Charged);

    public bool ReleaseUnusedOf(int producer)
    {
        bytes?.LeaveDoor(producer);
        var released = FinishFreeing(Producing | producer);

        // In this order: what is on the ring was handed on; who takes it shows that before it leaves the ring.
        var onRing = new HashSet<int>();
        for (var place = 0; place < layout.RingSize; place++)
        {
            var word = new RingWord(Volatile.Read(ref ring[place]));
            if (word.Phase != RingWord.State.Free)
                onRing.Add(word.Slot);
        }

        // It may have died between the ring and the tail.
        for (var tail = Volatile.Read(ref Header->Tail); PlaceOf(tail) is var word && IsFilled(word, tail); tail = Volatile.Read(ref Header->Tail))
            Interlocked.CompareExchange(ref Header->Tail, tail + 1, tail);

        for (var slot = 0; slot < Capacity; slot++)
        {
            if (onRing.Contains(slot) || Volatile.Read(ref owners[slot]) != (Producing | producer))
                continue;
            Free(slot);
            released = true;
        }

        return released;
    }

    public void WakeAll()
    {
        Interlocked.MemoryBarrier();
        Producers.WakeAllAfterDeath();
        Consumers.WakeAllAfterDeath();
    }

    private bool FinishFreeing(int owner)
    {
        var found = false;
        for (var slot = 0; slot < Capacity; slot++)
        {
            if (Volatile.Read(ref owners[slot]) != (Freeing | owner))
                continue;
            Free(slot);
            found = true;
        }

        return found;
    }

    private void FinishTaking(int consumer)
    {
        for (var place = 0; place < layout.RingSize; place++)
        {
            var word = new RingWord(Volatile.Read(ref ring[place]));
            var isMine = word.Phase == RingWord.State.Taken
                ? word.Worker == consumer
                : word.Phase == RingWord.State.Full && Volatile.Read(ref owners[word.Slot]) == (Consuming | consumer);
            if (!isMine)
                continue;

            var position = word.PositionNear(Volatile.Read(ref Header->Head));
            HeaderOf(word.Slot)->Number = position;
            Volatile.Write(ref owners[word.Slot], Consuming | consumer);
            Volatile.Write(ref ring[place], RingWord.Free(position + layout.RingSize).Value);
        }

        for (var head = Volatile.Read(ref Header->Head); PlaceOf(head).PositionNear(head) > head; head = Volatile.Read(ref Header->Head))
            Interlocked.CompareExchange(ref Header->Head, head + 1, head);
    }

    private static bool IsFilled(RingWord word, long position) =>
        word.IsAt(position) ? word.Phase != RingWord.State.Free : word.PositionNear(position) > position;
}
