using System.Runtime.InteropServices;

namespace Penstock.Links;

/// <summary>
/// The counters of a link, on cache lines apart: not only those of the two sides, but also what the other side looks at (tail, freed)
/// from what it does not. Several producers claim slots by interlocked operations, which would stall if somebody read the line.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 640)]
internal struct LinkHeader
{
    /// <summary>Nothing more will be handed on.</summary>
    [FieldOffset(0)]
    public bool Completed;

    /// <summary>Nobody will take any more.</summary>
    [FieldOffset(1)]
    public bool Closed;

    /// <summary>Between processes: how many wait for a slot, and for an item. See <see cref="Waiting.WaitSet"/>.</summary>
    [FieldOffset(4)]
    public int ProducersWaiting;

    [FieldOffset(8)]
    public int ConsumersWaiting;

    /// <summary>Between processes: whether a fault stands behind the last item.</summary>
    [FieldOffset(12)]
    public bool HasFault;

    /// <summary>Between processes: which producer is being charged for an item, see <see cref="SlotBytes"/>.</summary>
    [FieldOffset(16)]
    public int Door;

    /// <summary>Slots taken so far.</summary>
    [FieldOffset(128)]
    public long Claimed;

    /// <summary>What a producer saw of <see cref="Freed"/> when it last looked: spares a look at the other side's memory an item.</summary>
    [FieldOffset(136)]
    public long KnownFreed;

    /// <summary>Items handed on so far: the position of the next one.</summary>
    [FieldOffset(256)]
    public long Tail;

    /// <summary>Items taken so far: the position of the next one.</summary>
    [FieldOffset(384)]
    public long Head;

    /// <summary>What a single consumer last saw of <see cref="Tail"/>.</summary>
    [FieldOffset(392)]
    public long KnownTail;

    /// <summary>Slots freed so far.</summary>
    [FieldOffset(512)]
    public long Freed;
}
