using System.Runtime.InteropServices;
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
            WriteRaw(writer, value);
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

    /// <exception cref="NotWholeException">It is too deep to be read.</exception>
    internal static void WriteRaw(Utf8JsonWriter writer, JsonElement value)
    {
        var text = JsonMarshal.GetRawUtf8Value(value);
        var room = GraphOptions.MaxDepth - writer.CurrentDepth;
        if (text.Length / 2 > room && IsDeeperThan(Math.Max(1, room), text)) // a level takes two brackets
            throw new NotWholeException($"JSON with which it would be nested more than {GraphOptions.MaxDepth} levels deep");
        writer.WriteRawValue(text, skipInputValidation: true);
    }

    private static bool IsDeeperThan(int levels, ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = levels, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            while (reader.Read())
            {
            }

            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}

/// <inheritdoc cref="ElementConverter"/>
internal sealed class DocumentConverter : JsonConverter<JsonDocument>
{
    public override void Write(Utf8JsonWriter writer, JsonDocument value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        ElementConverter.WriteRaw(writer, value.RootElement);
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
