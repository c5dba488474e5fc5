using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Penstock.Serialization;

/// <summary>For types without references: the bits are the item.</summary>
internal sealed class RawCodec<T> : ItemCodec<T>
{
    public override int? FixedSize => Unsafe.SizeOf<T>();

    public override void Write(SlotWriter output, T item) =>
        WriteFixed(ref MemoryMarshal.GetReference(output.Take(Unsafe.SizeOf<T>())), item);

    public override T Read(ReadOnlySpan<byte> input)
    {
        // The link reads without a check: it knows the size of its cells. Here the length is data.
        return ReadFixed(in MemoryMarshal.GetReference(input[..Unsafe.SizeOf<T>()]));
    }
}
