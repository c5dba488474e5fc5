using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Penstock.Serialization;

/// <summary>Encodes items for another process of the same build. One worker at a time uses a codec.</summary>
internal abstract class ItemCodec
{
    /// <summary>The codec for a type: the user's serializer, or raw memory where that is whole, or the object graph.</summary>
    public static ItemCodec<T> For<T>(IItemSerializer? serializer = null)
    {
        if (BufferCodec.For(typeof(T)) is { } ofBuffers)
            return (ItemCodec<T>)ofBuffers;
        if (serializer is not null)
            return new SerializerCodec<T>(serializer);
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            return new RawCodec<T>();
        return Block.For(typeof(T)) is { } block ? (ItemCodec<T>)block.CreateCodec() : new GraphCodec<T>();
    }

    /// <summary>The same for a type that is known only at run time.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    public static ItemCodec For(Type type, IItemSerializer? serializer = null) =>
        new Func<IItemSerializer?, ItemCodec<object>>(For<object>).Method.GetGenericMethodDefinition()
            .MakeGenericMethod(type).CreateDelegate<Func<IItemSerializer?, ItemCodec>>()(serializer);

    public abstract void WriteBoxed(SlotWriter output, object? item);

    public abstract object? ReadBoxed(ReadOnlySpan<byte> input);
}

/// <summary>Encodes items of one type into a contiguous slot, and reads them back.</summary>
internal abstract class ItemCodec<T> : ItemCodec
{
    /// <summary>The bytes of every item, if they are the item itself: then the link may copy it by <see cref="WriteFixed"/> instead.</summary>
    public virtual int? FixedSize => null;

    /// <summary>Appends an item to what the slot holds. After an exception the slot holds garbage behind its former position.</summary>
    public abstract void Write(SlotWriter output, T item);

    /// <summary>Reads an item from exactly the bytes that were written for it. The item shares nothing with them.</summary>
    public abstract T Read(ReadOnlySpan<byte> input);

    /// <summary>Reads an item from shared memory, in which it may stay until its slot is freed.</summary>
    /// <param name="input">Where it was written.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="keeper">Keeps that memory mapped.</param>
    public virtual unsafe T Read(byte* input, int length, object keeper) => Read(new ReadOnlySpan<byte>(input, length));

    /// <summary>Copies an item of <see cref="FixedSize"/>. Not virtual: this is the path of a million items a second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteFixed(ref byte destination, T item) => Unsafe.WriteUnaligned(ref destination, item);

    /// <summary>Reads what <see cref="WriteFixed"/> wrote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ReadFixed(ref readonly byte source) => Unsafe.ReadUnaligned<T>(in source);

    public sealed override void WriteBoxed(SlotWriter output, object? item) => Write(output, (T)item!);

    public sealed override object? ReadBoxed(ReadOnlySpan<byte> input) => Read(input);
}
