using System.Text.Json;

namespace Penstock.Serialization;

/// <summary>The blocks of the one item that is being written or read, which the JSON only points to.</summary>
/// <remarks>
/// The options of the serializer, and with them its converters, are shared by all codecs: a converter finds the blocks of its
/// item through the thread. A codec that is used while another one works (by a property that runs a pipeline) steps in front.
/// </remarks>
internal sealed unsafe class OutOfBand
{
    [ThreadStatic]
    private static OutOfBand? current;

    private readonly List<Part> parts = [];
    private int limit;
    private byte* input;
    private long inputSize;

    public static OutOfBand Current => current ?? throw new InvalidOperationException("No item is being written or read.");

    /// <summary>The bytes of all blocks, with the gaps that align them.</summary>
    public long Size { get; private set; }

    public Scope Writing(int limit)
    {
        this.limit = limit;
        return new Scope(this);
    }

    public Scope Reading(byte* input, long size)
    {
        this.input = input;
        inputSize = size;
        return new Scope(this);
    }

    /// <summary>Takes a block in and says where it will lie; it is copied when the structure is complete.</summary>
    public long Add(object value, long size, Action<object, Span<byte>> copy)
    {
        var start = SlotWriter.Align(Size, size);
        if (start + size > limit)
            throw SlotWriter.DoesNotFit(start + size, limit);
        Size = start + size;
        parts.Add(new Part(value, start, size, copy));
        return start;
    }

    public void CopyTo(Span<byte> target)
    {
        foreach (var part in parts)
            part.Copy(part.Value, target.Slice((int)part.Start, (int)part.Size));
    }

    /// <summary>The bytes of a block. They are valid until the item is read.</summary>
    public ReadOnlySpan<byte> At(long start, long size)
    {
        if (start < 0 || size < 0 || start > inputSize - size)
            throw new JsonException($"A block of {size} bytes at {start} lies outside the item's {inputSize} bytes.");
        return new ReadOnlySpan<byte>(input + start, (int)size);
    }

    private readonly record struct Part(object Value, long Start, long Size, Action<object, Span<byte>> Copy);

    /// <summary>The time during which this thread works on the item.</summary>
    public readonly ref struct Scope
    {
        private readonly OutOfBand blocks;
        private readonly OutOfBand? before;

        public Scope(OutOfBand blocks)
        {
            this.blocks = blocks;
            before = current;
            current = blocks;
        }

        public void Dispose()
        {
            current = before;
            blocks.parts.Clear();
            blocks.Size = 0;
            blocks.input = null;
            blocks.inputSize = 0;
        }
    }
}
