using Microsoft.Extensions.Logging;
using Penstock.RabbitMQ.Connections;

namespace Penstock.RabbitMQ.Telemetry;

/// <summary>All that a queue says in the log.</summary>
internal static partial class QueueLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Failure} Trying again in {Pause}.")]
    public static partial void StillDisconnected(this ILogger log, string failure, TimeSpan pause);

    [LoggerMessage(2, LogLevel.Information, "The connection to {Purpose} is there again: {Address}.")]
    public static partial void Reconnected(this ILogger log, string purpose, BrokerAddress address);

    [LoggerMessage(3, LogLevel.Warning, "Queue '{Queue}' hands out no more jobs just now: {Reason}. Jobs that were not settled go to somebody else; pulling goes on.")]
    public static partial void PullingInterrupted(this ILogger log, string queue, string reason);

    [LoggerMessage(4, LogLevel.Error, "Queue '{Queue}': {Reason}. The jobs that this worker had are given to somebody else.")]
    public static partial void ConsumerTimedOut(this ILogger log, string queue, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Job '{Job}' was put aside in '{Queue}' after {Attempts} attempts: {Reason}")]
    public static partial void PutAside(this ILogger log, string? job, string queue, int attempts, string reason);

    [LoggerMessage(6, LogLevel.Warning, "RabbitMqJobQueueOptions.ConsumerTimeout has no effect: RabbitMQ {Version} has no such setting for a queue (3.12 has). Set consumer_timeout in its rabbitmq.conf.")]
    public static partial void ConsumerTimeoutIgnored(this ILogger log, Version version);

    [LoggerMessage(7, LogLevel.Warning, "The broker takes no messages just now: {Reason}.")]
    public static partial void BrokerBlocked(this ILogger log, string reason);

    [LoggerMessage(8, LogLevel.Warning, "Job '{Job}' was put aside in '{Queue}' after {Attempts} attempts, by the broker itself and so without the reason: {Reason} (The job could not be written anew. {Refusal})")]
    public static partial void Rejected(this ILogger log, string? job, string queue, int attempts, string reason, string refusal);

    [LoggerMessage(9, LogLevel.Warning, "Job '{Job}' was given back at the cost of a try, since it could not be written anew. {Refusal}")]
    public static partial void Requeued(this ILogger log, string? job, string refusal);

    /// <summary>How to tell of what fails when nobody waits for it: that a connection ended is no news.</summary>
    public static Action<Exception> Late(this ILogger log, string what) => e => log.FailedLate(BrokerErrors.IsFromClient(e) ? LogLevel.Debug : LogLevel.Warning, what, e);

    [LoggerMessage(EventId = 10, Message = "{What} failed when nobody waited for it.")]
    private static partial void FailedLate(this ILogger log, LogLevel level, string what, Exception exception);
}
