using Penstock.Links;
using Penstock.SharedMemory;

namespace Penstock.Tests.Links;

/// <summary>A link between processes whose words can be set to what they are when a worker dies between two steps.</summary>
internal sealed unsafe class TornLink : IDisposable
{
    private readonly SharedRegion region;
    private readonly SharedLinkLayout layout;

    public TornLink(int capacity = 4, int producers = 3, int consumers = 3, bool isOrdered = false, long? maxBytes = null, Lineages? lineages = null)
    {
        Link = SharedLink<int>.Create("torn", new LinkPlan("", capacity, producers, consumers, isOrdered, FirstSet: 3, maxBytes), serializer: null, sizeOf: _ => 10, lineages: lineages);
        region = SharedRegion.Open(Link.Plan.Handle);
        layout = SharedLink<int>.LayoutFor(capacity);
    }

    public SharedLink<int> Link { get; }

    public ref LinkHeader Header => ref *(LinkHeader*)region.Address;

    public ref int Owner(int slot) => ref ((int*)(region.Address + layout.Owners))[slot];

    public ref long Charge(int slot) => ref ((long*)(region.Address + layout.Charges))[slot];

    public ref long Family(int slot) => ref ((long*)(region.Address + layout.Families))[slot];

    public ref SlotHeader Slot(int slot) => ref *(SlotHeader*)(region.Address + layout.SlotOf(slot));

    public RingWord this[long position]
    {
        get => new(Place(position));
        set => Place(position) = value.Value;
    }

    /// <summary>The place's word for the position that comes to it a round later.</summary>
    public RingWord FreeAgain(long position) => RingWord.Free(position + layout.RingSize);

    /// <summary>What a slot says while a worker makes an item in it, and while one consumes it.</summary>
    public static int Producing(int worker) => 1 << 30 | worker;

    public static int Consuming(int worker) => 1 << 29 | worker;

    /// <summary>What either says beside that while the worker frees the slot.</summary>
    public const int Freeing = 1 << 28;

    /// <summary>Hands an item on, and says in which slot.</summary>
    public int HandOn(int item, int producer = 0, Lineage? lineage = null)
    {
        var slot = Link.TryTakeSlot(producer);
        var size = Link.Bytes is null ? 0 : Link.SizeOf(slot, item);
        Assert.True(Link.Bytes is null || Link.Bytes.TryCharge(producer, slot, size));
        Link.HandOn(slot, item, lineage, size);
        return slot;
    }

    public (int Item, long Number, int Slot) Take(int consumer)
    {
        var taken = default(Taken<int>);
        Assert.True(Link.TryTake(turns: null, consumer, ref taken));
        return (taken.Item, taken.Number, taken.Slot);
    }

    public bool IsEmpty(int consumer)
    {
        var taken = default(Taken<int>);
        return !Link.TryTake(turns: null, consumer, ref taken);
    }

    public void Dispose()
    {
        region.Dispose();
        Link.Retire();
    }

    private ref long Place(long position) => ref ((long*)(region.Address + layout.Ring))[position & (layout.RingSize - 1)];
}
