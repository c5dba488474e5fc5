using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Penstock;

/// <summary>
/// Turns items into JSON, by options or a source-generated context of your own. A worker process makes an instance for itself, so
/// derive a public class that needs no arguments: <c>public sealed class MySerializer() : JsonItemSerializer(MyContext.Default);</c>
/// </summary>
/// <remarks>It writes what its options say and nothing else: whether items come back whole is not checked.</remarks>
public class JsonItemSerializer : IItemSerializer
{
    private readonly JsonSerializerOptions options;

    // Kept for the next item. Whoever uses it takes it away: other threads, and properties that serialize something too.
    private Utf8JsonWriter? idle;

    /// <summary>A serializer for the types of a source-generated context.</summary>
    /// <param name="context">It must know every type that flows on a link of a process stage.</param>
    public JsonItemSerializer(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        options = context.Options;
    }

    /// <summary>A serializer by options.</summary>
    /// <param name="options">They become read-only. Without a resolver for types they use reflection.</param>
    [RequiresUnreferencedCode("Options without a resolver for types use reflection. Give a JsonSerializerContext instead.")]
    [RequiresDynamicCode("Options without a resolver for types use reflection. Give a JsonSerializerContext instead.")]
    public JsonItemSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.MakeReadOnly(populateMissingResolver: true);
        this.options = options;
    }

    /// <inheritdoc/>
    public void Serialize<T>(IBufferWriter<byte> output, T item)
    {
        var writer = Interlocked.Exchange(ref idle, null) ?? CreateWriter();
        writer.Reset(output);
        JsonSerializer.Serialize(writer, item, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        writer.Flush();
        idle = writer;
    }

    /// <inheritdoc/>
    public T Deserialize<T>(ReadOnlySpan<byte> input) =>
        JsonSerializer.Deserialize(input, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))!;

    private Utf8JsonWriter CreateWriter() =>
        new(Stream.Null, new JsonWriterOptions { Encoder = options.Encoder, MaxDepth = options.MaxDepth, SkipValidation = true });
}
