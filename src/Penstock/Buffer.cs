using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Penstock.Buffers;
using Penstock.SharedMemory;
using Penstock.Workers;

namespace Penstock;

/// <summary>
/// Memory that a stage rents, fills in place and yields. Between processes the consumer reads the very memory that the producer has
/// filled: nothing is copied, so the size does not matter. The same generator runs everywhere, also outside a pipeline: elsewhere the memory is ordinary, and pooled.
/// </summary>
/// <remarks>
/// A buffer is yielded once, and then belongs to the consumer, until that asks for its next item. Used after its end it throws, also
/// through <see cref="Memory"/>. A <see cref="Span"/> cannot be stopped so: do not keep one. Until the run has ended it shows
/// other items; read after that, it may crash the process.
/// </remarks>
/// <typeparam name="T">A type without references.</typeparam>
public sealed unsafe class Buffer<T> : IMemoryOwner<T>, IBuffer
    where T : unmanaged
{
    private const string Copy = "Use a buffer before that, or copy what you need of it: buffer.Span.ToArray().";

    private readonly object? keeper; // of shared memory, which stays mapped as long as anybody may look at it
    private byte* address; // null if the memory is an array's
    private T[]? array;
    private BufferMemory<T>? memory;
    private object? holder;
    private string? end;

    private Buffer(int length) => Length = length;

    /// <summary>Of elements that lie in shared memory.</summary>
    internal Buffer(byte* address, int length, object keeper)
        : this(length)
    {
        this.address = address;
        this.keeper = keeper;
    }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements.</summary>
    /// <exception cref="ObjectDisposedException">The buffer has ended; the message says how.</exception>
    public Span<T> Span
    {
        get
        {
            ThrowIfEnded();
            return address is null ? new Span<T>(array, 0, Length) : new Span<T>(address, Length);
        }
    }

    /// <summary>The elements, for code that cannot hold a span, such as an asynchronous reader. Throws as <see cref="Span"/> does, whenever it is used.</summary>
    public Memory<T> Memory
    {
        get
        {
            ThrowIfEnded();
            return (memory ??= new BufferMemory<T>(this)).Memory;
        }
    }

    /// <summary>Rents a buffer for the stage's next item. What is in it is undefined.</summary>
    /// <remarks>
    /// In a stage whose items are buffers of this type, with a process at either end of its output, it lies in the slot of that item. There is one
    /// such slot: rented before the last one was yielded or disposed, a buffer is ordinary memory, which is copied when it is yielded. Be done with filling before you yield anything. Dispose what you will not yield.
    /// </remarks>
    /// <param name="length">The number of elements, 0 or more; at most 1 GiB in all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or too large.</exception>
    [SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "A class Buffer beside System.Buffer would be in everybody's way.")]
    public static Buffer<T> Rent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var bytes = (long)length * Unsafe.SizeOf<T>();
        if (bytes > BufferLimit.Bytes)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, string.Create(CultureInfo.InvariantCulture,
                $"A buffer of {length:N0} {typeof(T).Name} takes {bytes:N0} bytes, and a slot has {BufferLimit.Bytes:N0}. Split it into several."));
        }

        var buffer = new Buffer<T>(length);
        if (PipelineContext.Current is { } context)
            buffer.address = context.Lend(buffer, (int)bytes);
        if (buffer.address is null)
            buffer.array = ArrayPool<T>.Shared.Rent(length);
        return buffer;
    }

    /// <summary>Ends the buffer: for one that is not yielded, and for consumers that are done early. Happens by itself when the consumer asks for its next item.</summary>
    /// <remarks>Of a buffer that was yielded it does nothing, unless its consumer calls it: a <c>using</c> around the yield does no harm.
    /// Nor does it do anything to what a stage with a fault policy was given: that may be needed again.</remarks>
    public void Dispose()
    {
        if (Volatile.Read(ref holder) is Worker { HasPolicy: true })
            return; // it ends when the worker lets go of it
        if (Volatile.Read(ref holder) is not { } current || PipelineContext.Current is not { } context || context.Is(current))
            ((IBuffer)this).End("it was disposed");
    }

    /// <summary>Its type and length.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Buffer<{typeof(T).Name}>[{Length}]");

    internal ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(Span);

    /// <summary>A copy in ordinary memory, which nobody ends.</summary>
    internal Buffer<T> ToOrdinary()
    {
        var copy = new Buffer<T>(Length) { array = ArrayPool<T>.Shared.Rent(Length) };
        LargeCopy.Copy(Bytes, MemoryMarshal.AsBytes(copy.Span));
        return copy;
    }

    internal GCHandle Pin() =>
        array is null ? default : GCHandle.Alloc(array, GCHandleType.Pinned);

    object? IBuffer.Holder
    {
        get => Volatile.Read(ref holder);
        set => Volatile.Write(ref holder, value);
    }

    bool IBuffer.HasPassedOn { get; set; }

    bool IBuffer.HasEnded => Volatile.Read(ref end) is not null;

    bool IBuffer.IsOrdinary => address is null;

    long IBuffer.Size => (long)Length * Unsafe.SizeOf<T>();

    IBuffer IBuffer.Copy() => ToOrdinary();

    void IBuffer.MoveOut()
    {
        var copy = ToOrdinary();
        array = copy.array;
        address = null;
    }

    void IBuffer.End(string how)
    {
        if (Interlocked.CompareExchange(ref end, how, null) is null && Interlocked.Exchange(ref array, null) is { } rented)
            ArrayPool<T>.Shared.Return(rented);
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref end) is { } how)
            throw new ObjectDisposedException(ToString(), $"{this} has ended: {how}. {Copy}");
    }
}
