using System.Numerics;

namespace Penstock.Links;

/// <summary>Where things lie in the memory of a link between processes. All offsets are in bytes from its start.</summary>
/// <remarks>
/// <code>
/// header | owner of each slot | family and charge of each slot's item | ring of positions | slots: header, small item | slots' room for large items, sparse
/// </code>
/// Small items lie close together. Each slot has besides a gigabyte of addresses; pages exist only where an item was that large.
/// Those rooms are a page further apart than a gigabyte, so that their first lines do not compete for one set of the cache.
/// </remarks>
internal sealed class SharedLinkLayout
{
    public const int MostSlots = 1 << 14;
    public const int MostWorkers = 1 << 10;

    /// <summary>The largest item.</summary>
    public const int LargeRoom = 1 << 30;

    /// <summary>Items up to this size lie close together, if they are not all of one smaller size.</summary>
    private const int DefaultSmallRoom = 4096 - SlotHeader.Size;

    private const int Line = 128;
    private const int Page = 4096;

    public SharedLinkLayout(int slots, int? fixedSize)
    {
        Slots = slots;
        RingSize = (int)BitOperations.RoundUpToPowerOf2((uint)slots);
        SmallRoom = fixedSize is { } size and <= DefaultSmallRoom ? Align(Math.Max(size, 1), Line - SlotHeader.Size) : DefaultSmallRoom;
        SlotSize = Align(SlotHeader.Size + SmallRoom, Line);
        Owners = Align(System.Runtime.CompilerServices.Unsafe.SizeOf<LinkHeader>(), Line);
        Families = Align(Owners + slots * sizeof(int), Line);
        Charges = Align(Families + slots * sizeof(long), Line);
        Ring = Align(Charges + slots * sizeof(long), Line);
        FirstSlot = Align(Ring + RingSize * sizeof(long), Page);
        FirstLargeRoom = (FirstSlot + (long)slots * SlotSize + Page - 1) / Page * Page;
    }

    public int Slots { get; }

    /// <summary>Positions that can be told apart at once: a power of two.</summary>
    public int RingSize { get; }

    public int SmallRoom { get; }

    public int SlotSize { get; }

    public int Owners { get; }

    public int Families { get; }

    public int Charges { get; }

    public int Ring { get; }

    public int FirstSlot { get; }

    public long FirstLargeRoom { get; }

    /// <summary>Addresses the whole link takes.</summary>
    public long Size => LargeRoomOf(Slots);

    public long SlotOf(int slot) => FirstSlot + (long)slot * SlotSize;

    public long LargeRoomOf(int slot) => FirstLargeRoom + slot * ((long)LargeRoom + Page);

    private static int Align(int offset, int to) => (offset + to - 1) / to * to;
}
