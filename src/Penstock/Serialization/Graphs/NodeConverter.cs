using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>JSON that can be changed crosses by the serializer's own way, which does not tell how an object compares its names.</summary>
/// <remarks>What was put into it from elsewhere is not looked at: that would cost more than to write it.</remarks>
internal sealed class NodeConverter<TNode>(JsonConverter<TNode> converter) : JsonConverter<TNode>
    where TNode : JsonNode
{
    public override void Write(Utf8JsonWriter writer, TNode value, JsonSerializerOptions options)
    {
        if (value.Options is { PropertyNameCaseInsensitive: true })
        {
            throw new NotWholeException(
                "JSON that ignores the case of its names, which would be lost: make it without PropertyNameCaseInsensitive, or in the stage that needs it");
        }

        converter.Write(writer, value, options);
    }

    public override TNode? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => converter.Read(ref reader, typeToConvert, options);
}
