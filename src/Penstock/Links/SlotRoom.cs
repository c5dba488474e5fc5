using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Penstock.Serialization;

namespace Penstock.Links;

/// <summary>Writes an item into a slot: into the small room as long as it fits, else into the large one.</summary>
/// <param name="smallRoom">How large the small room is.</param>
/// <param name="reserve">Reserves the first bytes of a slot's large room, and returns how many may be written.</param>
[SuppressMessage("Design", "CA1001", Justification = "The memory is the link's; there is nothing to dispose.")]
internal sealed unsafe class SlotRoom(int smallRoom, Func<int, long, long> reserve) : SlotWriter(SharedLinkLayout.LargeRoom)
{
    private readonly Native small = new();
    private readonly Native large = new();
    private int slot;
    private byte* largeRoom;

    /// <summary>Whether what was written lies in the large room.</summary>
    public bool IsLarge { get; private set; }

    protected override Memory<byte> Room => IsLarge ? large.Memory : small.Memory;

    /// <summary>Begins an item.</summary>
    /// <param name="number">The slot.</param>
    /// <param name="smallStart">Its first byte for small items.</param>
    /// <param name="largeStart">Its first byte for large ones.</param>
    public void Begin(int number, byte* smallStart, byte* largeStart)
    {
        Reset();
        IsLarge = false;
        small.Set(smallStart, smallRoom);
        slot = number;
        largeRoom = largeStart;
    }

    // An item that is written bit by bit reserves a quarter more each time.
    protected override void Grow(int size)
    {
        large.Set(largeRoom, (int)reserve(slot, Math.Max(size, Math.Min(Room.Length * 5L / 4, Limit))));
        if (!IsLarge)
            small.GetSpan()[..Position].CopyTo(large.GetSpan());
        IsLarge = true;
    }

    // Writers ask for managed memory; this lends them the slot.
    private sealed class Native : MemoryManager<byte>
    {
        private byte* start;
        private int length;

        public void Set(byte* room, int size)
        {
            start = room;
            length = size;
        }

        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
