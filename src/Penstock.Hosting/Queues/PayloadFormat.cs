using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Penstock.Hosting.Workers;

namespace Penstock.Hosting.Queues;

/// <summary>Payloads as JSON. Whoever made it, and whatever it is: what cannot be read ends in words, not in an exception.</summary>
internal sealed class PayloadFormat<T>(JobQueueOptions options)
{
    private readonly JsonTypeInfo<T> type = PayloadType.In<T>(options.Json);

    public byte[] Write(T payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var json = JsonSerializer.SerializeToUtf8Bytes(payload, type);
        return json.Length <= options.MaxPayloadBytes
            ? json
            : throw new ArgumentException($"The payload has {json.Length:N0} bytes of JSON, {nameof(options.MaxPayloadBytes)} is {options.MaxPayloadBytes:N0}. "
                + "Put it into a file and submit where that is, or raise the limit.", nameof(payload));
    }

    public bool TryRead(byte[]? json, [MaybeNullWhen(false)] out T payload, [NotNullWhen(false)] out string? problem)
    {
        payload = default;
        if (json is null)
        {
            problem = "The job has no payload.";
            return false;
        }

        try
        {
            payload = JsonSerializer.Deserialize(json, type);
            problem = payload is null ? $"The payload is null instead of a {typeof(T)}." : null;
        }
        // Constructors and converters are the user's code: whatever they throw, the next job is not to blame.
        catch (Exception e)
        {
            problem = $"The payload is not a {typeof(T)}: {Reason.Of(e)}";
        }

        return problem is null;
    }
}
