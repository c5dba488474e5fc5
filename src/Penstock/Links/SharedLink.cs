using System.Runtime.CompilerServices;
using Penstock.Buffers;
using Penstock.Serialization;
using Penstock.SharedMemory;
using Penstock.Waiting;

namespace Penstock.Links;

/// <summary>A link between processes: the items lie in shared memory, each in its slot from the moment it is handed on until it is freed.</summary>
/// <remarks>
/// Protocol. Any worker may die at any instruction, so there is no lock, and every change is one atomic step that names who made it:
/// <list type="number">
/// <item>A producer takes a slot: <c>owner[slot]</c> from nobody to <c>producing, worker</c>.</item>
/// <item>It writes the item into the slot, then hands it on: <c>ring[p]</c> from <c>Free(p)</c> to <c>Full(p, slot)</c>, in this one step.
/// Only then does the tail follow.</item>
/// <item>A consumer takes it: <c>ring[p]</c> from <c>Full(p, slot)</c> to <c>Taken(p, slot, worker)</c>; then it shows <c>owner[slot] = consuming,
/// worker</c>, makes the place <c>Free(p + size)</c>, and the head follows. Head and tail are moved by whoever sees that they lag.</item>
/// <item>It frees the slot: <c>owner[slot]</c> to <c>freeing, consuming, worker</c>, from when on the item is nobody's any more; then it gives back
/// what the item took, all of which may be done twice; then <c>owner[slot]</c> goes back to nobody. So does a producer that returns a slot.</item>
/// </list>
/// What a dead worker held is therefore known from the words alone: the slot it was consuming, and the slot it had taken and not handed on. What it was
/// freeing is freed for it. A place is filled again only when its last taker has shown the slot's new owner.
/// Between a scattering and its gathering <c>family[slot]</c> says what the item descends from: written before the item is handed on, cleared
/// while the slot is freed. So the gathering end finds a family's items wherever they are.
/// One producer, or several in turn, hand on by plain writes; so does one consumer take.
/// </remarks>
internal sealed unsafe partial class SharedLink<T> : Link<T>, ISharedLink
{
    private const int ProducersWaitingAt = 4; // see LinkHeader
    private const int ConsumersWaitingAt = 8;
    private const int Nobody = 0;
    private const int Producing = 1 << 30;
    private const int Consuming = 1 << 29;
    private const int Freeing = 1 << 28; // beside one of the other two
    private const int WorkerMask = Freeing - 1;
    private const long NoFamily = 0;
    private const int Giant = 256 << 20;
    private const int KeptOfGiants = 64 << 20;

    private readonly SharedRegion region;
    private readonly SharedLinkLayout layout;
    private readonly byte* start;
    private readonly int* owners;
    private readonly long* families; // plus one; see NoFamily
    private readonly long* ring;
    private readonly bool sharesTail;
    private readonly int? fixedSize;
    private readonly SlotBytes? bytes;
    private readonly bool measuresByWriting;

    // Where a search for a free slot begins; a guess, so it needs no care.
    private int likelyFree;

    private SharedLink(SharedRegion region, LinkPlan plan, IItemSerializer? serializer, Func<object, long>? sizeOf)
        : base(FixedMemory.In(region, 0), plan.Capacity, plan.Producers > 1, plan.Consumers > 1)
    {
        this.region = region;
        Plan = plan;
        this.serializer = Hands.Take<T>() ? null : serializer; // buffers are raw in any case
        sharesTail = plan is { Producers: > 1, IsOrdered: false };
        Producers = new WaitSet(FixedMemory.In(region, ProducersWaitingAt), plan.FirstSet);
        Consumers = new WaitSet(FixedMemory.In(region, ConsumersWaitingAt), plan.FirstSet + 1);
        encoders = new Encoder?[plan.Producers];
        decoders = new ItemCodec<T>?[plan.Consumers];
        layout = LayoutFor(plan.Capacity);
        fixedSize = serializer is null && !RuntimeHelpers.IsReferenceOrContainsReferences<T>() && Unsafe.SizeOf<T>() <= layout.SmallRoom
            ? Unsafe.SizeOf<T>()
            : null;
        start = region.Address;
        owners = (int*)(start + layout.Owners);
        families = (long*)(start + layout.Families);
        if (plan.MaxBytes is { } limit)
            Bytes = bytes = new SlotBytes(limit, sizeOf, (long*)(start + layout.Charges), plan.Capacity, sharesTail ? &Header->Door : null);
        measuresByWriting = bytes is not null && !bytes.Measures(typeof(T));
        ring = (long*)(start + layout.Ring);
    }

    public LinkPlan Plan { get; }

    /// <summary>The stage before it.</summary>
    private string Name { get; init; } = "";

    /// <summary>Makes the link, in the process that starts the run.</summary>
    public static SharedLink<T> Create(string name, LinkPlan plan, IItemSerializer? serializer, bool isPortable = false, FileSpace? space = null, Func<object, long>? sizeOf = null, Lineages? lineages = null)
    {
        var places = LayoutFor(plan.Capacity);
        var created = SharedRegion.Create("link-" + name, places.Size, isPortable, places.FirstLargeRoom, space);
        var link = new SharedLink<T>(created, plan with { Handle = created.Handle }, serializer, sizeOf) { Name = name, Lineages = lineages };
        lineages?.Add(link);
        for (var position = 0; position < link.layout.RingSize; position++)
            link.ring[position] = RingWord.Free(position).Value;
        return link;
    }

    /// <summary>Opens the link in another process.</summary>
    public static SharedLink<T> Open(string name, LinkPlan plan, IItemSerializer? serializer, Func<object, long>? sizeOf = null, Lineages? lineages = null) =>
        new(SharedRegion.Open(plan.Handle), plan, serializer, sizeOf) { Name = name, Lineages = lineages };

    /// <summary>How a link of this type of item lies in memory, the user's serializer aside.</summary>
    public static SharedLinkLayout LayoutFor(int capacity) =>
        new(capacity, RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? null : Unsafe.SizeOf<T>());

    public override bool CopiesItems => true;

    public override long InFlight
    {
        get
        {
            var count = 0;
            for (var slot = 0; slot < Capacity; slot++)
                count += Volatile.Read(ref owners[slot]) == Nobody ? 0 : 1;
            return count;
        }
    }

    public override bool HasItems
    {
        get
        {
            for (var position = Volatile.Read(ref Header->Head); ; position++)
            {
                var word = PlaceOf(position);
                if (!word.IsAt(position))
                    return true; // others have gone on
                if (word.Phase != RingWord.State.Taken)
                    return word.Phase == RingWord.State.Full;
            }
        }
    }

    public override int TryTakeSlot(int worker)
    {
        // The first free one of a few, so that few slots are touched; where there are many, searching from the start would cost more.
        var first = Capacity <= 16 ? 0 : likelyFree;
        for (var i = 0; i < Capacity; i++)
        {
            var slot = first + i;
            if (slot >= Capacity)
                slot -= Capacity;
            if (Volatile.Read(ref owners[slot]) != Nobody)
                continue;
            if (!ManyProducers)
                Volatile.Write(ref owners[slot], Producing | worker);
            else if (Interlocked.CompareExchange(ref owners[slot], Producing | worker, Nobody) != Nobody)
                continue;
            likelyFree = slot + 1 == Capacity ? 0 : slot + 1;
            return slot;
        }

        return -1;
    }

    public override bool HasFreeSlot()
    {
        for (var slot = 0; slot < Capacity; slot++)
        {
            if (Volatile.Read(ref owners[slot]) == Nobody)
                return true;
        }

        return false;
    }

    public override void ReturnSlot(int slot)
    {
        Free(slot);
        if (!Producers.HasWaiting)
            return;
        if (bytes is null)
            Producers.WakeOne();
        else
            Producers.WakeAll(); // some may wait for bytes
    }

    // What cannot measure itself takes what it takes in shared memory.
    public override long SizeOf(int slot, T item)
    {
        if (!measuresByWriting)
            return base.SizeOf(slot, item);
        Write(slot, item);
        return HeaderOf(slot)->Length;
    }

    public override void HandOn(int slot, T item, Lineage? lineage, long size)
    {
        HeaderOf(slot)->Charged = size;
        if (!measuresByWriting)
            Write(slot, item);
        if (Lineages is not null)
            Mark(slot, lineage);
        Publish(slot);
        if (Consumers.HasWaiting)
            Consumers.WakeOne();
    }

    public override void Claim(int slot, Lineage lineage)
    {
        if (Lineages is not null)
            Mark(slot, lineage);
    }

    public override void Disclaim(int slot)
    {
        if (Lineages is null)
            return;
        Volatile.Write(ref families[slot], NoFamily);
        Lineages.Wake();
    }

    public bool Holds(long family)
    {
        for (var slot = 0; slot < Capacity; slot++)
        {
            if (Volatile.Read(ref families[slot]) == family + 1)
                return true;
        }

        return false;
    }

    public Lineage? LineageIn(int slot) =>
        Lineages is not null && Volatile.Read(ref families[slot]) is not NoFamily and var family ? Lineages.Find(family - 1, HeaderOf(slot)->Part, HeaderOf(slot)->Trace) : null;

    public override bool TryTake(Turns? turns, int worker, ref Taken<T> taken)
    {
        while (true)
        {
            var position = Volatile.Read(ref Header->Head);
            var word = PlaceOf(position);
            if (!word.IsAt(position))
            {
                // Others have gone on since the head was read, or the one that has emptied this place has not moved the head yet.
                if (word.PositionNear(position) > position)
                    Interlocked.CompareExchange(ref Header->Head, position + 1, position);
                continue;
            }

            if (word.Phase == RingWord.State.Free)
                return false;
            if (word.Phase == RingWord.State.Taken)
            {
                Interlocked.CompareExchange(ref Header->Head, position + 1, position);
                continue;
            }

            turns?.Show(worker, position);
            if (ManyConsumers && Interlocked.CompareExchange(ref ring[position & Mask], RingWord.Taken(position, word.Slot, worker).Value, word.Value) != word.Value)
                continue;
            HeaderOf(word.Slot)->Number = position;
            Volatile.Write(ref owners[word.Slot], Consuming | worker);
            Volatile.Write(ref ring[position & Mask], RingWord.Free(position + layout.RingSize).Value);
            if (ManyConsumers)
                Interlocked.CompareExchange(ref Header->Head, position + 1, position);
            else
                Volatile.Write(ref Header->Head, position + 1);

            Decode(word.Slot, position, worker, ref taken);
            return true;
        }
    }

    // What nobody has read exists as bytes alone.
    public override void DisposeUndelivered(Action<Exception> onError)
    {
    }

    public void Retire() => region.Retire();

    /// <summary>Takes over an item that a dead worker of the same number held.</summary>
    public void Adopt(int slot, long number, int worker, ref Taken<T> taken) => Decode(slot, number, worker, ref taken);

    protected override void Free(int slot)
    {
        Volatile.Write(ref owners[slot], owners[slot] | Freeing);
        var header = HeaderOf(slot);
        if (header->Touched > 0 || header->WasGiant)
            GiveBack(slot, header);
        bytes?.Clear(slot);
        if (Lineages is not null)
            Volatile.Write(ref families[slot], NoFamily);
        Volatile.Write(ref owners[slot], Nobody);
    }

    // A rare giant must not keep its memory; what is warm of it is worth keeping for large items in general. Where giants follow each
    // other, all of it is: taking it back from the system costs more than filling it.
    private void GiveBack(int slot, SlotHeader* header)
    {
        var isGiant = header->Touched >= Giant;
        if (isGiant != header->WasGiant)
            region.Release(layout.LargeRoomOf(slot) + KeptOfGiants, SharedLinkLayout.LargeRoom - KeptOfGiants);
        header->WasGiant = isGiant;
        header->Touched = 0;
    }

    private int Mask => layout.RingSize - 1;

    private RingWord PlaceOf(long position) => new(Volatile.Read(ref ring[position & Mask]));

    private void Publish(int slot)
    {
        if (!sharesTail)
        {
            var position = Header->Tail;
            if (ManyConsumers)
                WaitUntilEmptied(position);
            Volatile.Write(ref ring[position & Mask], RingWord.Full(position, slot).Value);
            Volatile.Write(ref Header->Tail, position + 1);
            return;
        }

        var spin = default(SpinWait);
        while (true)
        {
            var position = Volatile.Read(ref Header->Tail);
            var free = RingWord.Free(position);
            var found = new RingWord(Interlocked.CompareExchange(ref ring[position & Mask], RingWord.Full(position, slot).Value, free.Value));
            if (found == free || found.IsAt(position))
                Interlocked.CompareExchange(ref Header->Tail, position + 1, position);
            else
                spin.SpinOnce(sleep1Threshold: -1); // its last taker is about to show the slot's new owner, or the tail was read too early
            if (found == free)
                return;
        }
    }

    // Another consumer is between taking and showing the slot's new owner; if it dies there, that is done for it.
    private void WaitUntilEmptied(long position)
    {
        var spin = default(SpinWait);
        while (PlaceOf(position) != RingWord.Free(position))
            spin.SpinOnce(sleep1Threshold: -1);
    }
}
