using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Serialization;

/// <summary>An item that is an object graph: its structure as JSON, every block in it as raw memory behind that.</summary>
/// <remarks>Layout: [length of the JSON][where the blocks start][JSON][blocks, aligned]. The JSON says where in the blocks each one lies.</remarks>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reflection.Intrinsic)]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
internal sealed class GraphCodec<T> : ItemCodec<T>
{
    private const int HeaderSize = 2 * sizeof(int);

    private readonly JsonTypeInfo<T> shape = (JsonTypeInfo<T>)GraphOptions.Default.GetTypeInfo(typeof(T));
    private readonly OutOfBand blocks = new();
    private readonly Utf8JsonWriter json = GraphOptions.CreateWriter();

    public override void Write(SlotWriter output, T item)
    {
        var start = output.Position;
        output.Take(HeaderSize);
        using var writing = blocks.Writing(output.Limit);
        WriteJson(output, item);

        var jsonEnd = output.Position;
        var blocksStart = SlotWriter.Align(jsonEnd, SlotWriter.Alignment);
        if (blocks.Size > 0)
        {
            output.RequireFit(blocksStart + blocks.Size);
            output.Take(blocksStart - jsonEnd);
            blocks.CopyTo(output.Take(blocks.Size));
        }

        var header = output.Written[start..];
        BinaryPrimitives.WriteInt32LittleEndian(header, jsonEnd - start - HeaderSize);
        BinaryPrimitives.WriteInt32LittleEndian(header[sizeof(int)..], (int)Math.Min(blocksStart, output.Position) - start);
    }

    public override T Read(ReadOnlySpan<byte> input)
    {
        var jsonLength = BinaryPrimitives.ReadInt32LittleEndian(input);
        var blocksStart = BinaryPrimitives.ReadInt32LittleEndian(input[sizeof(int)..]);
        unsafe
        {
            // Converters cannot be handed a span; the memory stays where it is as long as it is read.
            fixed (byte* raw = input[blocksStart..])
            {
                using var reading = blocks.Reading(raw, input.Length - blocksStart);
                return JsonSerializer.Deserialize(input.Slice(HeaderSize, jsonLength), shape)!;
            }
        }
    }

    private void WriteJson(SlotWriter output, T item)
    {
        json.Reset(output);
        try
        {
            JsonSerializer.Serialize(json, item, shape);
            json.Flush();
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            if (NotWholeException.Explain<T>(e, json.CurrentDepth) is { } explained)
                throw explained;
            throw;
        }
    }
}
