using System.Diagnostics.CodeAnalysis;
using Penstock.SharedMemory;

namespace Penstock.Serialization;

/// <summary>Codecs for buffers, which are written where they lie already, and read where they lie. Raw in any case, also where the user has a serializer.</summary>
internal static class BufferCodec
{
    /// <summary>The codec if a type is a buffer, else null.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    public static ItemCodec? For(Type type) => ElementOf(type) is not { } element ? null
        : new Func<ItemCodec>(Create<int>).Method.GetGenericMethodDefinition().MakeGenericMethod(element).CreateDelegate<Func<ItemCodec>>()();

    public static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Buffer<>) ? type.GetGenericArguments()[0] : null;

    private static BufferCodec<T> Create<T>()
        where T : unmanaged => new();
}

/// <inheritdoc cref="BufferCodec"/>
internal sealed unsafe class BufferCodec<T> : ItemCodec<Buffer<T>>
    where T : unmanaged
{
    public override void Write(SlotWriter output, Buffer<T> item)
    {
        var bytes = item.Bytes;
        var room = output.Take(bytes.Length);
        if (bytes != room) // not filled in place
            LargeCopy.Copy(bytes, room);
    }

    public override Buffer<T> Read(ReadOnlySpan<byte> input)
    {
        fixed (byte* start = input)
            return new Buffer<T>(start, input.Length / sizeof(T), keeper: this).ToOrdinary();
    }

    public override Buffer<T> Read(byte* input, int length, object keeper) => new(input, length / sizeof(T), keeper);
}
