using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Penstock.Serialization;

/// <summary>How object graphs are written, for all codecs: what is known of a type is found out once per process.</summary>
internal static class GraphOptions
{
    /// <summary>Deeper graphs are refused. The serializer recurses, by up to 2.5 KB of stack for each level, and an overflow ends the process.</summary>
    public const int MaxDepth = 256;

    public static JsonSerializerOptions Default { get; } = Create();

    /// <summary>Nobody but the serializer reads this JSON, so it is neither checked nor made safe for web pages.</summary>
    public static Utf8JsonWriter CreateWriter() => new(Stream.Null, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth,
        SkipValidation = true,
    });

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            IncludeFields = true,
            MaxDepth = MaxDepth,
            ReadCommentHandling = JsonCommentHandling.Skip, // JSON as part of an item crosses as it was written,
            AllowTrailingCommas = true, // and it may have been parsed with both
            RespectNullableAnnotations = false, // the application may have switched them on for all its JSON
            RespectRequiredConstructorParameters = false,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WholeObjects.Apply } },
            Converters = { new GraphConverters() },
        };
        options.MakeReadOnly();
        return options;
    }
}
