using System.Text.Json;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>JSON as part of an item crosses as it was written: read and written again, a text with a lone surrogate would be refused.</summary>
internal sealed class ElementConverter : JsonConverter<JsonElement>
{
    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);

    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);
}

/// <inheritdoc cref="ElementConverter"/>
internal sealed class DocumentConverter : JsonConverter<JsonDocument>
{
    public override void Write(Utf8JsonWriter writer, JsonDocument value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.RootElement.GetRawText(), skipInputValidation: true);

    public override JsonDocument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonDocument.ParseValue(ref reader);
}
