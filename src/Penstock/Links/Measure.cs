using System.Runtime.CompilerServices;
using Penstock.Buffers;

namespace Penstock.Links;

/// <summary>The size in bytes of items that measure themselves: strings, buffers, memory, and arrays of values or of such items.</summary>
internal static class Measure
{
    public static bool Knows(Type type) =>
        type == typeof(string)
        || typeof(IBuffer).IsAssignableFrom(type)
        || (type.GetElementType() is { } element && type.IsArray && (element.IsValueType || Knows(element)))
        || type == typeof(Memory<byte>) || type == typeof(ReadOnlyMemory<byte>)
        || type == typeof(Memory<char>) || type == typeof(ReadOnlyMemory<char>)
        || type == typeof(Memory<float>) || type == typeof(ReadOnlyMemory<float>);

    public static long Of(object item) => item switch
    {
        string text => (long)text.Length * sizeof(char),
        IBuffer buffer => buffer.Size,
        Array array when array.GetType().GetElementType() is { IsValueType: true } element && !Knows(element) => array.LongLength * RuntimeHelpers.SizeOf(element.TypeHandle),
        Array array => array.Cast<object?>().Sum(static each => each is null ? 0 : Of(each)),
        Memory<byte> bytes => bytes.Length,
        ReadOnlyMemory<byte> bytes => bytes.Length,
        Memory<char> text => (long)text.Length * sizeof(char),
        ReadOnlyMemory<char> text => (long)text.Length * sizeof(char),
        Memory<float> values => (long)values.Length * sizeof(float),
        ReadOnlyMemory<float> values => (long)values.Length * sizeof(float),
        _ => throw new InvalidOperationException(
            $"An item of type {item.GetType()} cannot measure itself: set StageOptions.SizeOf beside MaxInFlightBytes."),
    };
}
