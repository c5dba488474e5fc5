using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>An array of several dimensions: the JSON holds [where it starts, the length of each dimension…].</summary>
internal sealed class GridConverter<TGrid> : JsonConverter<TGrid>
    where TGrid : class
{
    private static readonly Type Element = typeof(TGrid).GetElementType()!;
    private static readonly int ElementSize = RuntimeHelpers.SizeOf(Element.TypeHandle);
    private static readonly Action<object, Span<byte>> Copy = (grid, target) => BytesOf((Array)grid).CopyTo(target);
    private static readonly int Rank = typeof(TGrid).GetArrayRank();

    public override void Write(Utf8JsonWriter writer, TGrid value, JsonSerializerOptions options)
    {
        var grid = (Array)(object)value;
        writer.WriteStartArray();
        writer.WriteNumberValue(OutOfBand.Current.Add(grid, grid.LongLength * ElementSize, Copy));
        for (var dimension = 0; dimension < Rank; dimension++)
        {
            if (grid.GetLowerBound(dimension) != 0)
                throw new NotWholeException("an array that does not start at 0: copy it to one that does");
            writer.WriteNumberValue(grid.GetLength(dimension));
        }

        writer.WriteEndArray();
    }

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    public override TGrid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var start = Next(ref reader);
        var lengths = new int[Rank];
        for (var dimension = 0; dimension < Rank; dimension++)
            lengths[dimension] = (int)Next(ref reader);
        reader.Read(); // the end of the array
        var grid = Array.CreateInstance(Element, lengths);
        OutOfBand.Current.At(start, grid.LongLength * ElementSize).CopyTo(BytesOf(grid));
        return (TGrid)(object)grid;
    }

    private static Span<byte> BytesOf(Array grid) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(grid), checked((int)(grid.LongLength * ElementSize)));

    private static long Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetInt64();
    }
}
