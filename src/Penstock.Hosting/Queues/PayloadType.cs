using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Hosting.Queues;

/// <summary>How JSON options see a payload.</summary>
internal static class PayloadType
{
    /// <summary>What queues use by default: fields as well, without which a tuple would come back empty.</summary>
    public static JsonSerializerOptions Default { get; } = Locked(new(JsonSerializerOptions.Default) { IncludeFields = true });

    /// <exception cref="ArgumentException">Nothing of what is in such a payload would come back.</exception>
    public static JsonTypeInfo<T> In<T>(JsonSerializerOptions json)
    {
        // Options made by new() know no types until they are first used by a serializer; a copy leaves the user's alone.
        var options = json.TypeInfoResolver is null ? new(json) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() } : json;
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        if (type.Kind == JsonTypeInfoKind.Object && Problem(type) is { } problem)
            throw new ArgumentException($"Jobs of {typeof(T)} cannot be kept as JSON: {problem}.", nameof(json));
        return type;
    }

    // All queues share it: nobody is to change it for the others.
    private static JsonSerializerOptions Locked(JsonSerializerOptions options)
    {
        options.MakeReadOnly();
        return options;
    }

    private static string? Problem(JsonTypeInfo type)
    {
        if (type.PolymorphismOptions is not null)
            return null; // what it stands for is another type's
        if (type.Type.IsAbstract && type.CreateObject is null)
            return "it cannot be made again, since it is abstract. Name the types that it stands for by [JsonDerivedType], or submit one of them";
        return type.Properties.Any(property => ComesBack(property, type)) || Nullable.GetUnderlyingType(type.Type) is not null || !HasState(type.Type)
            ? null
            : "JSON shows nothing of what is in it. Give it public properties that can be set, or a converter";
    }

    private static bool ComesBack(JsonPropertyInfo property, JsonTypeInfo type)
    {
        var handling = property.ObjectCreationHandling ?? type.PreferredPropertyObjectCreationHandling ?? type.Options.PreferredObjectCreationHandling;
        return property.Get is not null && (property.Set is not null || property.AssociatedParameter is not null || handling == JsonObjectCreationHandling.Populate);
    }

    private static bool HasState(Type? type) =>
        type is not null && (type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Length > 0 || HasState(type.BaseType));
}
