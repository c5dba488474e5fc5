using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Penstock.SharedMemory;

namespace Penstock.Serialization;

/// <summary>A kind of value that is one stretch of raw memory, such as a string or an array of numbers: it crosses by one copy.</summary>
internal abstract class Block
{
    public abstract ItemCodec CreateCodec();

    public abstract JsonConverter CreateConverter();

    /// <summary>The kind of block a type is, or null.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    public static Block? For(Type type)
    {
        if (type == typeof(string))
            return new Block<string, char>(text => text, chars => new string(chars));
        var element = type.IsSZArray ? type.GetElementType()! : type.IsGenericType ? type.GetGenericArguments()[0] : null;
        if (element is null || !Unmanaged.Is(element))
            return null;
        Func<Block>? create = type.IsSZArray ? ArrayOf<int> : type.GetGenericTypeDefinition() switch
        {
            var open when open == typeof(Memory<>) => MemoryOf<int>,
            var open when open == typeof(ReadOnlyMemory<>) => ReadOnlyMemoryOf<int>,
            var open when open == typeof(ArraySegment<>) => SegmentOf<int>,
            _ => null,
        };
        return create?.Method.GetGenericMethodDefinition().MakeGenericMethod(element).CreateDelegate<Func<Block>>()();
    }

    private static Block<T[], T> ArrayOf<T>() => new(array => array, LargeCopy.ToArray);

    private static Block<Memory<T>, T> MemoryOf<T>() => new(memory => memory.Span, items => LargeCopy.ToArray(items));

    private static Block<ReadOnlyMemory<T>, T> ReadOnlyMemoryOf<T>() => new(memory => memory.Span, items => LargeCopy.ToArray(items));

    private static Block<ArraySegment<T>, T> SegmentOf<T>() => new(segment => segment, items => LargeCopy.ToArray(items));
}

internal sealed class Block<TBlock, TElement>(
    Func<TBlock, ReadOnlySpan<TElement>> open, Func<ReadOnlySpan<TElement>, TBlock> make) : Block
{
    public ReadOnlySpan<byte> Open(TBlock value) => Unmanaged.BytesOf(open(value));

    public long SizeOf(TBlock value) => (long)open(value).Length * Unsafe.SizeOf<TElement>();

    public TBlock Make(ReadOnlySpan<byte> bytes) => make(Unmanaged.ItemsIn<TElement>(bytes));

    /// <summary>Whether it is null, or as good as: an empty block is another value than none.</summary>
    public static bool IsNone(TBlock value) => EqualityComparer<TBlock>.Default.Equals(value, default);

    /// <summary>Copies a boxed block, which waits until its place in the slot is known.</summary>
    public void Copy(object value, Span<byte> target) => LargeCopy.Copy(Open((TBlock)value), target);

    public override ItemCodec CreateCodec() => new BlockCodec<TBlock, TElement>(this);

    public override JsonConverter CreateConverter() => new BlockConverter<TBlock, TElement>(this);
}
