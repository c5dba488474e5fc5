using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Penstock.Serialization;

namespace Penstock.Links;

/// <summary>Writes an item into a slot: into the small room as long as it fits, else into the large one.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The memory is the link's; there is nothing to dispose.")]
internal sealed unsafe class SlotRoom(SharedLinkLayout layout) : SlotWriter(SharedLinkLayout.LargeRoom)
{
    private readonly Native small = new();
    private readonly Native large = new();

    /// <summary>Whether what was written lies in the large room.</summary>
    public bool IsLarge { get; private set; }

    protected override Memory<byte> Room => IsLarge ? large.Memory : small.Memory;

    /// <summary>Begins an item.</summary>
    /// <param name="smallRoom">The slot's first byte for small items.</param>
    /// <param name="largeRoom">The slot's first byte for large ones.</param>
    public void Begin(byte* smallRoom, byte* largeRoom)
    {
        Reset();
        IsLarge = false;
        small.Set(smallRoom, layout.SmallRoom);
        large.Set(largeRoom, SharedLinkLayout.LargeRoom);
    }

    protected override void Grow(int size)
    {
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
