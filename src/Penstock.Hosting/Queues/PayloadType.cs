using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Hosting.Queues;

/// <summary>How JSON options see a payload.</summary>
internal static class PayloadType
{
    // Options made by new() know no types until they are first used by a serializer; a copy leaves the user's alone.
    public static JsonTypeInfo<T> In<T>(JsonSerializerOptions json) =>
        (JsonTypeInfo<T>)(json.TypeInfoResolver is null ? new(json) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() } : json).GetTypeInfo(typeof(T));
}
