using System.Text.Json;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>A block inside an object graph: the JSON holds one number, where it starts and how many bytes it has; false stands for a value type's default.</summary>
internal sealed class BlockConverter<TBlock, TElement>(Block<TBlock, TElement> block) : JsonConverter<TBlock>
{
    private readonly Action<object, Span<byte>> copy = block.Copy;

    public override void Write(Utf8JsonWriter writer, TBlock value, JsonSerializerOptions options)
    {
        if (Block<TBlock, TElement>.IsNone(value))
        {
            writer.WriteBooleanValue(false);
            return;
        }

        var size = block.SizeOf(value);
        writer.WriteNumberValue((OutOfBand.Current.Add(value!, size, copy) << 32) | size);
    }

    public override TBlock Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.False)
            return default!;
        var place = reader.GetInt64();
        return block.Make(OutOfBand.Current.At(place >> 32, (uint)place));
    }
}
