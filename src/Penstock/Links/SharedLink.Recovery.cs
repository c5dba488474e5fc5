using Penstock.Serialization;

namespace Penstock.Links;

/// <content>What is done for workers that have died: see the protocol.</content>
internal sealed unsafe partial class SharedLink<T>
{
    public (int Slot, long Number)? HeldBy(int consumer, bool isDead)
    {
        if (isDead)
            FinishTaking(consumer);
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
        return taken.Item;
    }

    public void GiveUp(int slot) => FreeSlot(slot, HeaderOf(slot)->Charged);

    public bool ReleaseUnusedOf(int producer)
    {
        // In this order: what is on the ring was handed on; who takes it shows that before it leaves the ring.
        var onRing = new HashSet<int>();
        for (var place = 0; place < layout.RingSize; place++)
        {
            var word = new RingWord(Volatile.Read(ref ring[place]));
            if (word.Phase != RingWord.State.Free)
                onRing.Add(word.Slot);
        }

        while (PlaceOf(Volatile.Read(ref Header->Tail)) is var word && word.IsAt(Header->Tail) && word.Phase != RingWord.State.Free)
            Header->Tail++; // it died between the ring and the tail

        var released = false;
        for (var slot = 0; slot < Capacity; slot++)
        {
            if (!onRing.Contains(slot))
                released |= Interlocked.CompareExchange(ref owners[slot], Nobody, Producing | producer) == (Producing | producer);
        }

        return released;
    }

    public void WakeAll()
    {
        Interlocked.MemoryBarrier();
        Producers.WakeAll();
        Consumers.WakeAll();
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

            // The place tells the position, the head its upper bits.
            var head = Volatile.Read(ref Header->Head);
            var position = head - ((head - place) & Mask);
            if (!word.IsAt(position))
                position += layout.RingSize;
            HeaderOf(word.Slot)->Number = position;
            Volatile.Write(ref owners[word.Slot], Consuming | consumer);
            Volatile.Write(ref ring[place], RingWord.Free(position + layout.RingSize).Value);
        }

        if (ManyConsumers)
            return; // the others move the head
        while (!PlaceOf(Header->Head).IsAt(Header->Head))
            Header->Head++;
    }
}
