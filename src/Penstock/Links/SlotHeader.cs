using System.Runtime.InteropServices;

namespace Penstock.Links;

/// <summary>What stands before the item in a slot between processes. Written by the producer before it hands on.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct SlotHeader
{
    public const int Size = 64; // so that the item behind it starts on a cache line

    /// <summary>Bytes of the item.</summary>
    [FieldOffset(0)]
    public int Length;

    /// <summary>Whether the item lies in the slot's room for large ones.</summary>
    [FieldOffset(4)]
    public bool IsLarge;

    /// <summary>Whether the item is null.</summary>
    [FieldOffset(5)]
    public bool IsNull;

    /// <summary>Whether the slot's last item was a giant, whose memory was kept: the next one may be one, too. Written by who frees.</summary>
    [FieldOffset(6)]
    public bool WasGiant;

    /// <summary>Its place among the parts of one item, see <see cref="Lineage.Position"/>.</summary>
    [FieldOffset(24)]
    public int Part;

    /// <summary>The item's position. Written by the consumer that has taken it.</summary>
    [FieldOffset(16)]
    public long Number;

    /// <summary>Bytes the item was charged with, see <see cref="ByteBudget"/>.</summary>
    [FieldOffset(8)]
    public long Charged;
}
