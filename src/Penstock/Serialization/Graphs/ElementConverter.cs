using System.Text.Json;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>JSON as part of an item crosses as it was written: read and written again, a text with a lone surrogate would be refused.</summary>
/// <remarks>It lies in an array, which is empty where there is no JSON at all. Its null is another value than no value.</remarks>
internal sealed class ElementConverter : JsonConverter<JsonElement>
{
    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        if (value.ValueKind != JsonValueKind.Undefined)
            writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);
        writer.WriteEndArray();
    }

    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return default;
        var value = JsonElement.ParseValue(ref reader);
        reader.Read(); // the end of the array
        return value;
    }
}

/// <inheritdoc cref="ElementConverter"/>
internal sealed class DocumentConverter : JsonConverter<JsonDocument>
{
    public override void Write(Utf8JsonWriter writer, JsonDocument value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteRawValue(value.RootElement.GetRawText(), skipInputValidation: true);
        writer.WriteEndArray();
    }

    public override JsonDocument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var value = JsonDocument.ParseValue(ref reader);
        reader.Read(); // the end of the array
        return value;
    }
}
