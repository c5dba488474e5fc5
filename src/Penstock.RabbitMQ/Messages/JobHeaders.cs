using System.Diagnostics;
using System.Globalization;
using System.Text;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Connections;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Messages;

/// <summary>What travels with a job's message beside its payload.</summary>
internal static class JobHeaders
{
    public const string TraceParent = "traceparent";
    public const string TraceState = "tracestate";

    /// <summary>How many tries the job had before this message was written.</summary>
    public const string Attempts = "penstock-attempts";

    /// <summary>The last failure: its type and message, its type alone, and the machine it happened on.</summary>
    public const string Reason = "penstock-reason";
    public const string ExceptionType = "penstock-exception";
    public const string Host = "penstock-host";

    /// <summary>When the first try failed: ISO 8601, UTC.</summary>
    public const string FirstFailure = "penstock-first-failure";

    /// <summary>When the job was put aside: ISO 8601, UTC. Failed ones that are tried again have a reason, too, but not this.</summary>
    public const string PutAside = "penstock-put-aside";

    // All headers must fit into one frame of 128 KiB.
    private const int LongestReason = 4096;
    private const int LongestType = 1024;

    // Whoever hands a trace on may drop a state of more than 512 bytes, says the W3C.
    private const int LongestTraceState = 4096;

    public static string? Text(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers is { } headers && headers.TryGetValue(header, out var value) ? AmqpText.From(value) : null;

    /// <summary>A count, however another program may have written it: never so large that counting on could overflow.</summary>
    public static int Number(IReadOnlyBasicProperties properties, string header) =>
        int.TryParse(Text(properties, header), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, BrokerLimits.MaxAttempts) : 0;

    /// <summary>Why the broker itself moved the message on for the last time; null if it never did.</summary>
    public static string? LastDeath(IReadOnlyBasicProperties properties)
    {
        var deaths = properties.Headers is { } headers && headers.TryGetValue("x-death", out var value) ? value as IEnumerable<object> : null;
        return deaths?.FirstOrDefault() is IDictionary<string, object?> last && last.TryGetValue("reason", out var reason) ? AmqpText.From(reason) : null;
    }

    /// <summary>Whether it has been among the dead jobs, by a worker or by the broker itself: somebody has moved it back.</summary>
    public static bool WasPutAside(IReadOnlyBasicProperties properties) =>
        Text(properties, PutAside) is not null || LastDeath(properties) is "rejected" or "delivery_limit";

    /// <summary>
    /// The same message again, to be published anew: without what the broker or the client added to this delivery, and without what would make
    /// the broker refuse it, drop it or send it elsewhere.
    /// </summary>
    public static BasicProperties Copy(IReadOnlyBasicProperties original, int attempts)
    {
        var copy = new BasicProperties(original) { Persistent = true, Headers = new Dictionary<string, object?>(StringComparer.Ordinal) };
        copy.ClearExpiration();
        copy.ClearUserId();
        foreach (var (name, value) in original.Headers ?? copy.Headers)
        {
            if (!name.StartsWith("x-", StringComparison.Ordinal) && name is not ("CC" or "BCC"))
                copy.Headers[name] = value;
        }

        copy.Headers[Attempts] = attempts;
        return copy;
    }

    /// <summary>The trace in which the job is submitted. A state beyond all measure is left out: the trace goes on without it.</summary>
    public static void AddTrace(BasicProperties properties, Activity activity)
    {
        var headers = properties.Headers!;
        headers[TraceParent] = activity.Id;
        if (activity.TraceStateString is { } state && Encoding.UTF8.GetByteCount(state) <= LongestTraceState)
            headers[TraceState] = state;
    }

    public static void AddFailure(BasicProperties properties, string reason, Type exceptionType, DateTimeOffset now)
    {
        var headers = properties.Headers!;
        headers[Reason] = reason.CutTo(LongestReason);
        headers[ExceptionType] = exceptionType.ToString().CutTo(LongestType);
        headers[Host] = Environment.MachineName;
        headers.TryAdd(FirstFailure, Moment(now));
    }

    public static string Moment(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    public static void ForgetFailures(BasicProperties properties)
    {
        foreach (var header in (string[])[Reason, ExceptionType, Host, FirstFailure, PutAside])
            properties.Headers!.Remove(header);
    }
}
