using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Penstock.Hosting.Queues;
using Penstock.RabbitMQ.Connections;

namespace Penstock.RabbitMQ;

/// <summary>
/// Where a <see cref="RabbitMqJobQueue{T}"/> is and how it behaves. All but the address has a working default, and all but the last
/// three can be bound from configuration. Values are checked when the queue is made.
/// </summary>
public sealed record RabbitMqJobQueueOptions
{
    // What both timers and message TTLs can hold.
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(20);

    /// <summary>
    /// The broker: <c>amqp[s]://user:password@host:port/vhost</c>, each part escaped as in any URI. Without a user it is guest, without
    /// a port 5672 (5671 with TLS), without a path the virtual host <c>/</c>. Required.
    /// </summary>
    public Uri? Uri { get; init; }

    /// <summary>The user's name; default: the one in <see cref="Uri"/>.</summary>
    public string? UserName { get; init; }

    /// <summary>The user's password; default: the one in <see cref="Uri"/>. It is never printed.</summary>
    public string? Password { get; init; }

    /// <summary>How the broker is recognised and this machine identified under TLS. Default: by the machine's trusted authorities, without a certificate.</summary>
    public RabbitMqTlsOptions Tls { get; init; } = new();

    /// <summary>
    /// The queue's name: 1 to 200 bytes in UTF-8, not starting with <c>amq.</c>; default <c>jobs</c>. Beside it stand <c>jobs.dead</c>
    /// and one <c>jobs.retry.…</c> for each pause.
    /// </summary>
    public string Queue { get; init; } = "jobs";

    /// <summary>Whether missing queues are declared; else they must be there. Default: true.</summary>
    public bool Declare { get; init; } = true;

    /// <summary>Whether the queue is a quorum queue (replicated in a cluster, and counting deliveries), or else a classic durable one. Default: true.</summary>
    public bool Quorum { get; init; } = true;

    /// <summary>How often a job is tried before it is put aside: 1 to 1000, default 5. Deliveries that nobody settled count.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The pause before the second try, doubled before each further one: 1 ms to 1 day, default 1 s. Each pause is a queue on the broker.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What no pause exceeds: <see cref="Backoff"/> to 20 days, default 5 min.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many unsettled jobs the broker hands to a caller that does not say how many it wants: 1 to 65535, default 1.</summary>
    public int Prefetch { get; init; } = 1;

    /// <summary>The largest payload in bytes of JSON: 1 to 128 MiB, the default. Larger ones are refused, or put aside when they arrive.</summary>
    public int MaxPayloadBytes { get; init; } = BrokerLimits.MaxMessageBytes;

    /// <summary>How long the first connection is tried: above 0, at most 20 days, or <see cref="Timeout.InfiniteTimeSpan"/>; default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a job waits for the broker to take it, also while the broker is away: above 0, at most 20 days, or <see cref="Timeout.InfiniteTimeSpan"/>; default 30 s.</summary>
    public TimeSpan SubmitTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often both sides show that they are alive; a peer silent for two of them counts as gone. 1 s to 1 h, default 30 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the broker lets a job go unsettled before it takes it back: 1 min or more; default: as the broker is configured (30 min). Needs RabbitMQ
    /// 3.12 and a queue that is not there yet; else set the broker's own <c>consumer_timeout</c>, or a policy.
    /// </summary>
    public TimeSpan? ConsumerTimeout { get; init; }

    /// <summary>
    /// How payloads become JSON and come back. A source-generated context as its <see cref="JsonSerializerOptions.TypeInfoResolver"/> does without
    /// reflection. Default: as <see cref="JsonSerializerOptions.Default"/>, with fields.
    /// </summary>
    public JsonSerializerOptions Json { get; init; } = PayloadType.Default;

    /// <summary>Where the queue logs to. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The clock of time-outs and pauses. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The broker and the queue, without any password.</summary>
    public override string ToString() => $"{nameof(RabbitMqJobQueueOptions)} {{ queue '{Queue}' at {BrokerAddress.Describe(this)} }}";

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Check()
    {
        Require(
            Queue is not null && Encoding.UTF8.GetByteCount(Queue) is > 0 and <= 200 && !Queue.StartsWith("amq.", StringComparison.Ordinal),
            Queue,
            "be 1 to 200 bytes long in UTF-8 and not start with 'amq.', which the broker keeps for itself");
        Require(MaxAttempts is >= 1 and <= BrokerLimits.MaxAttempts, MaxAttempts, $"be 1 to {BrokerLimits.MaxAttempts}");
        Require(Backoff >= TimeSpan.FromMilliseconds(1) && Backoff <= TimeSpan.FromDays(1), Backoff, "be 1 ms to 1 day");
        Require(MaxBackoff >= Backoff && MaxBackoff <= LongestSpan, MaxBackoff, $"be {nameof(Backoff)} ({Backoff}) to 20 days");
        Require(Prefetch is >= 1 and <= ushort.MaxValue, Prefetch, $"be 1 to {ushort.MaxValue}");
        Require(MaxPayloadBytes is >= 1 and <= BrokerLimits.MaxMessageBytes, MaxPayloadBytes, "be 1 to 128 MiB");
        Require(IsTimeout(ConnectTimeout), ConnectTimeout, "be above 0 and at most 20 days, or infinite");
        Require(IsTimeout(SubmitTimeout), SubmitTimeout, "be above 0 and at most 20 days, or infinite");
        Require(Heartbeat >= TimeSpan.FromSeconds(1) && Heartbeat <= TimeSpan.FromHours(1), Heartbeat, "be 1 s to 1 h");
        Require(!(ConsumerTimeout < TimeSpan.FromMinutes(1)), ConsumerTimeout, "be 1 min or more, since the broker checks once a minute");
        Require(Tls is not null, Tls, "be set");
        Require(Json is not null, Json, "be set");
        Require(TimeProvider is not null, TimeProvider, "be set");
    }

    private static bool IsTimeout(TimeSpan value) => value == Timeout.InfiniteTimeSpan || (value > TimeSpan.Zero && value <= LongestSpan);

    private static void Require(bool met, object? value, string rule, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (!met)
            throw new ArgumentOutOfRangeException(option, value, $"{nameof(RabbitMqJobQueueOptions)}.{option} must {rule}.");
    }
}
