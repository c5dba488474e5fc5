using System.Buffers;

namespace Penstock.Serialization;

/// <summary>Where one item is written: contiguous memory that grows up to the size of a slot.</summary>
/// <param name="limit">The most bytes an item may have.</param>
internal abstract class SlotWriter(int limit) : IBufferWriter<byte>
{
    /// <summary>Raw data starts at multiples of this: a cache line, and the widest vector there is.</summary>
    public const int Alignment = 64;

    public int Limit => limit;

    /// <summary>The bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>The bytes written so far, to fill in what was not known when they were.</summary>
    public Span<byte> Written => Room.Span[..Position];

    /// <summary>All the memory there is now, from the slot's first byte, which lies at a multiple of <see cref="Alignment"/>.</summary>
    protected abstract Memory<byte> Room { get; }

    /// <summary>Makes room for at least so many bytes in all, at most <see cref="Limit"/>. What was written stays.</summary>
    protected abstract void Grow(int size);

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var size = Position + (long)Math.Max(sizeHint, 1);
        if (size > Room.Length)
        {
            RequireFit(size);
            Grow((int)size);
        }

        return Room[Position..];
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Room.Length - Position);
        Position += count;
    }

    /// <summary>Hands out the next so many bytes, to be filled by the caller.</summary>
    public Span<byte> Take(long count)
    {
        RequireFit(Position + count);
        var taken = GetSpan((int)count)[..(int)count];
        Position += (int)count;
        return taken;
    }

    public void Reset() => Position = 0;

    public void RequireFit(long size)
    {
        if (size > limit)
            throw DoesNotFit(size, limit);
    }

    public static InvalidOperationException DoesNotFit(long size, int limit) => new(FormattableString.Invariant(
        $"An item that takes {size:N0} bytes does not fit a slot of {limit:N0} bytes. Split it, or pass where its data is."));

    /// <summary>The next position at which so many bytes of raw data may start. Small ones are not worth a cache line of their own.</summary>
    public static long Align(long position, long bytes)
    {
        var alignment = bytes >= Alignment ? Alignment : sizeof(long);
        return (position + alignment - 1) & -alignment;
    }
}
