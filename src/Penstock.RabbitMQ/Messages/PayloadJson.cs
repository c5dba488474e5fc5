using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Penstock.Hosting.Queues;

namespace Penstock.RabbitMQ.Messages;

/// <summary>Payloads as they travel.</summary>
internal sealed class PayloadJson<T>(RabbitMqJobQueueOptions options)
{
    public const string ContentType = "application/json";

    private readonly JsonTypeInfo<T> type = PayloadType.In<T>(options.Json);

    /// <exception cref="ArgumentException">It is larger than allowed.</exception>
    public byte[] Write(T payload)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(payload, type);
        return json.Length <= options.MaxPayloadBytes
            ? json
            : throw new ArgumentException(
                $"The payload is {json.Length} bytes of JSON; {nameof(RabbitMqJobQueueOptions)}.{nameof(options.MaxPayloadBytes)} allows {options.MaxPayloadBytes}. " +
                "Put large things into a store of their own, and their address into the job.",
                nameof(payload));
    }

    /// <returns>Null if it could be read; else why not.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Converters and constructors of users throw whatever they like; the message is to blame, and must not end the pulling.")]
    public Exception? Read(byte[] body, out T? payload)
    {
        payload = default;
        if (body.Length > options.MaxPayloadBytes)
            return new InvalidDataException($"The payload has {body.Length} bytes; MaxPayloadBytes allows {options.MaxPayloadBytes}.");
        try
        {
            payload = JsonSerializer.Deserialize(body, type);
            return payload is null ? new InvalidDataException("The payload is null.") : null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
