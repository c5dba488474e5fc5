using System.Diagnostics;
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

    /// <summary>
    /// Bytes of the slot's room for large items that may have been touched since it was last freed, at most: by its item, or by one that was
    /// not handed on. Written before they are touched, since a worker may die meanwhile.
    /// </summary>
    [FieldOffset(56)]
    public int Touched;

    /// <summary>Its place among the parts of one item, see <see cref="Lineage.Position"/>.</summary>
    [FieldOffset(24)]
    public int Part;

    /// <summary>The span of the ticket that the item descends from, see <see cref="Lineage.Trace"/>: flags, trace, span. All 0 where there is none.</summary>
    [FieldOffset(28)]
    public byte TraceFlags;

    /// <inheritdoc cref="TraceFlags"/>
    [FieldOffset(32)]
    public Int128 TraceId;

    /// <inheritdoc cref="TraceFlags"/>
    [FieldOffset(48)]
    public long SpanId;

    /// <summary>The item's position. Written by the consumer that has taken it.</summary>
    [FieldOffset(16)]
    public long Number;

    /// <summary>Bytes the item was charged with, see <see cref="ByteBudget"/>.</summary>
    [FieldOffset(8)]
    public long Charged;

    public ActivityContext Trace
    {
        readonly get => TraceId == 0 ? default : new(
            ActivityTraceId.CreateFromBytes(MemoryMarshal.AsBytes(new ReadOnlySpan<Int128>(in TraceId))),
            ActivitySpanId.CreateFromBytes(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in SpanId))),
            (ActivityTraceFlags)TraceFlags,
            isRemote: true);
        set
        {
            (TraceId, SpanId, TraceFlags) = (0, 0, (byte)value.TraceFlags);
            if (value.TraceId == default)
                return;
            value.TraceId.CopyTo(MemoryMarshal.AsBytes(new Span<Int128>(ref TraceId)));
            value.SpanId.CopyTo(MemoryMarshal.AsBytes(new Span<long>(ref SpanId)));
        }
    }
}
