using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Serialization;

/// <summary>Chooses for each type how it is written where the serializer's own way would lose something, or be slow.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2055", Justification = Reflection.Intrinsic)]
[UnconditionalSuppressMessage("Trimming", "IL2067", Justification = Reflection.Intrinsic)]
[UnconditionalSuppressMessage("Trimming", "IL2071", Justification = Reflection.Intrinsic)]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
internal sealed class GraphConverters : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => Choose(typeToConvert) is not null;

    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) => Choose(typeToConvert);

    private static JsonConverter? Choose(Type type)
    {
        if (type == typeof(string))
            return new TextConverter();
        if (Block.For(type) is { } block)
            return block.CreateConverter();
        if (type is { IsArray: true, IsSZArray: false } && Unmanaged.Is(type.GetElementType()!))
            return Create(typeof(GridConverter<>), type);
        if (Collections.Find(type) is { } maker)
            return ForCollection(type, maker.Element, maker.Make);

        // Null is the serializer's business.
        if (Unmanaged.Is(type))
            return Nullable.GetUnderlyingType(type) is null ? Create(typeof(RawConverter<>), type) : null;
        if (type == typeof(BigInteger))
            return new DetourConverter<BigInteger, byte[]>(number => number.ToByteArray(), bytes => new BigInteger(bytes));
        if (type == typeof(Uri))
            return UriDetour();
        if (type == typeof(JsonElement))
            return new ElementConverter();
        if (type == typeof(JsonDocument))
            return new DocumentConverter();
        if (type == typeof(JsonNode))
            return new NodeConverter<JsonNode>(JsonMetadataServices.JsonNodeConverter!);
        if (type == typeof(JsonObject))
            return new NodeConverter<JsonObject>(JsonMetadataServices.JsonObjectConverter!);
        if (type == typeof(JsonArray))
            return new NodeConverter<JsonArray>(JsonMetadataServices.JsonArrayConverter!);
        return typeof(Exception).IsAssignableFrom(type) ? Create(typeof(ExceptionConverter<>), type) : null;
    }

    // Parsed afresh without its kind, "/etc" would come back as an absolute path.
    private static DetourConverter<Uri, KeyValuePair<string, UriKind>> UriDetour() => new(
        uri => uri.GetType() == typeof(Uri)
            ? new(uri.OriginalString, uri.IsAbsoluteUri ? UriKind.Absolute : UriKind.Relative)
            : throw NotWholeException.Derived(uri.GetType(), typeof(Uri)),
        pair => new Uri(pair.Key, pair.Value));

    private static JsonConverter ForCollection(Type type, Type element, Delegate make) =>
        element.IsGenericType && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) && !Unmanaged.Is(element)
            ? Create(typeof(PairsConverter<,,>), [type, .. element.GetGenericArguments()], make)
            : Create(typeof(CollectionConverter<,>), [type, element], make);

    private static JsonConverter Create(Type open, Type type) => Create(open, [type]);

    private static JsonConverter Create(Type open, Type[] types, params object[] arguments) =>
        (JsonConverter)Activator.CreateInstance(open.MakeGenericType(types), arguments)!;
}
