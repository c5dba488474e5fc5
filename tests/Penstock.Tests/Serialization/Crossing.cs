using System.Runtime.InteropServices;
using Penstock.Serialization;

namespace Penstock.Tests.Serialization;

/// <summary>Lets items cross as the engine does: written to a slot, read by another codec from other memory that is gone afterwards.</summary>
internal static unsafe class Crossing
{
    public static T Of<T>(T item) => Read<T>(Write(item));

    public static byte[] Write<T>(T item, int limit = ArraySlotWriter.LargestMessage)
    {
        var slot = new ArraySlotWriter(limit);
        ItemCodec.For<T>().Write(slot, item);
        return slot.Written.ToArray();
    }

    public static T Read<T>(ReadOnlySpan<byte> written)
    {
        var size = (nuint)written.Length;
        var memory = NativeMemory.AlignedAlloc(Math.Max(size, 1), SlotWriter.Alignment);
        try
        {
            var slot = new Span<byte>(memory, written.Length);
            written.CopyTo(slot);
            var item = ItemCodec.For<T>().Read(slot);
            slot.Fill(0xCD); // what the item shared with the slot would show this
            return item;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>Refuses an item while it is written, and says why.</summary>
    public static string Refused<T>(T item) => Assert.Throws<InvalidOperationException>(() => Write(item)).Message;
}
