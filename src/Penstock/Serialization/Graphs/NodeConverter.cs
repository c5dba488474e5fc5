using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>JSON that can be changed crosses by the serializer's own way, which does not tell how an object compares its names.</summary>
internal sealed class NodeConverter<TNode>(JsonConverter<TNode> converter) : JsonConverter<TNode>
    where TNode : JsonNode
{
    public override void Write(Utf8JsonWriter writer, TNode value, JsonSerializerOptions options)
    {
        RequireExactNames(value);
        converter.Write(writer, value, options);
    }

    public override TNode? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => converter.Read(ref reader, typeToConvert, options);

    private static void RequireExactNames(JsonNode? node)
    {
        if (node is JsonObject && node.Options is { PropertyNameCaseInsensitive: true })
        {
            throw new NotWholeException(
                "a JsonObject that ignores the case of its names, which would be lost: make it without PropertyNameCaseInsensitive, or in the stage that needs it");
        }

        foreach (var inner in InnerNodes(node))
            RequireExactNames(inner);
    }

    private static IEnumerable<JsonNode?> InnerNodes(JsonNode? node)
    {
        try
        {
            return node switch
            {
                JsonObject inner => inner.Select(pair => pair.Value).ToArray(),
                JsonArray inner => inner,
                _ => [],
            };
        }
        catch (ArgumentException)
        {
            return []; // it has a name twice, so it is as it was parsed, and nobody has put anything in
        }
    }
}
