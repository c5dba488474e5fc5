using System.Text.Json;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>
/// Strings inside an object graph. Long ones are blocks, since that is faster; so are those with surrogates, since UTF-8 cannot
/// hold a lone one.
/// </summary>
internal sealed class TextConverter : JsonConverter<string>
{
    private const int LongestInBand = 512;

    private static readonly Block<string, char> Blocks = (Block<string, char>)Block.For(typeof(string))!;
    private static readonly BlockConverter<string, char> Raw = new(Blocks);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (value.Length > LongestInBand || value.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            Raw.Write(writer, value, options);
        else
            writer.WriteStringValue(value);
    }

    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : Raw.Read(ref reader, typeToConvert, options);
}
