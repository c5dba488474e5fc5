using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Penstock.Buffers;

/// <summary>A buffer as memory: every use asks the buffer whether it has ended.</summary>
internal sealed unsafe class BufferMemory<T>(Buffer<T> buffer) : MemoryManager<T>
    where T : unmanaged
{
    public override Span<T> GetSpan() => buffer.Span;

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, buffer.Length);
        var pin = buffer.Pin();
        return new MemoryHandle((T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span)) + elementIndex, pin, this); // this keeps shared memory mapped
    }

    // The handle that was given with the pointer is all there is to free.
    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
