using System.Buffers.Binary;
using Penstock.SharedMemory;

namespace Penstock.Serialization;

/// <summary>An item that is one block: [where the raw data starts, or −1 for null][how many bytes][raw data, aligned].</summary>
internal sealed class BlockCodec<TBlock, TElement>(Block<TBlock, TElement> block) : ItemCodec<TBlock>
{
    private const int HeaderSize = 2 * sizeof(int);
    private const int None = -1;

    public override void Write(SlotWriter output, TBlock item)
    {
        if (Block<TBlock, TElement>.IsNone(item))
        {
            WriteHeader(output.Take(HeaderSize), None, 0);
            return;
        }

        var size = block.SizeOf(item);
        var start = SlotWriter.Align(output.Position + HeaderSize, size) - output.Position;
        var taken = output.Take(start + size);
        WriteHeader(taken, (int)start, (int)size);
        LargeCopy.Copy(block.Open(item), taken[(int)start..]);
    }

    public override TBlock Read(ReadOnlySpan<byte> input)
    {
        var start = BinaryPrimitives.ReadInt32LittleEndian(input);
        var size = BinaryPrimitives.ReadInt32LittleEndian(input[sizeof(int)..]);
        return start == None ? default! : block.Make(input.Slice(start, size));
    }

    private static void WriteHeader(Span<byte> target, int start, int size)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, start);
        BinaryPrimitives.WriteInt32LittleEndian(target[sizeof(int)..], size);
    }
}
