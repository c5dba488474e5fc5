using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Penstock.RabbitMQ.Connections;

/// <summary>Turns what the client throws into errors that say what failed, where, and what to do about it.</summary>
internal static class BrokerErrors
{
    /// <summary>What the client throws when the channel or the connection has ended, or the broker refused something by ending it.</summary>
    public static bool IsFromClient(Exception e) =>
        e is RabbitMQClientException or OperationInterruptedException or IOException or SocketException or ObjectDisposedException or ChannelClosedException or TimeoutException;

    /// <summary>The same, or an answer that the client has waited for in vain: it then cancels of its own accord.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="ct">What the caller may have cancelled.</param>
    public static bool IsFromClient(Exception e, CancellationToken ct) => IsFromClient(e) || (e is OperationCanceledException && !ct.IsCancellationRequested);

    public static RabbitMqJobQueueException Connecting(Exception cause, BrokerAddress at)
    {
        var (what, isTransient) = ConnectingReason(cause, at);
        return new($"No connection to the broker at {at}: {what}", cause) { IsTransient = isTransient };
    }

    /// <param name="cause">What the client threw.</param>
    /// <param name="what">What was tried, as in "Declaring queue 'jobs'".</param>
    /// <param name="at">Where.</param>
    public static RabbitMqJobQueueException Refused(Exception cause, string what, BrokerAddress at)
    {
        var reason = ReasonOf(cause);
        var (why, isTransient) = reason?.ReplyCode switch
        {
            403 => ($"user '{at.UserName}' lacks the permission. Give it with rabbitmqctl set_permissions -p '{at.VirtualHost}' '{at.UserName}' <configure> <write> <read>.", false),
            404 when !IsMissing(cause) => ("the broker cannot get at it just now. Is a node of the cluster down?", true),
            404 => ("it is not there. Create it, or let the queue do so: RabbitMqJobQueueOptions.Declare = true.", false),
            405 => ("another connection has it for itself alone.", false),
            406 when IsSize(reason) => ("the message is larger than the broker allows. Raise max_message_size in rabbitmq.conf, or lower RabbitMqJobQueueOptions.MaxPayloadBytes.", false),
            406 => ("it is there already, declared differently. Make the options fit (Quorum, ConsumerTimeout), delete it once it is empty, or choose another name.", false),
            _ when cause is OperationCanceledException => ("the broker did not answer in time. Look for alarms in its log.", true),
            _ => ("the connection was lost.", true),
        };
        var broker = reason is null ? cause.Message : reason.ReplyText;
        return new($"{what} failed at {at}: {why} The broker says: {broker}", cause) { IsTransient = isTransient, IsTooLarge = IsSize(reason) };
    }

    /// <summary>Whether the broker ended the channel because of this message: the others that were published on it have lost it, and may do better on the next.</summary>
    public static bool IsToBlame(Exception cause, string exchange, int bytes) => ReasonOf(cause) switch
    {
        { ReplyCode: 403 or 404 } reason => Says(reason, $"exchange '{(exchange.Length == 0 ? "amq.default" : exchange)}'"),
        // As in "PRECONDITION_FAILED - message size 2000 is larger than configured max size 1000".
        { ReplyCode: 406 } reason when reason.ReplyText.Split("max size ") is [_, var text] && long.TryParse(text, CultureInfo.InvariantCulture, out var most) => bytes > most,
        _ => true,
    };

    /// <summary>Whether the queue or the exchange is not there: somebody has deleted it. Not if only the node is down that has it, which is a 404, too.</summary>
    public static bool IsMissing(Exception cause) => ReasonOf(cause) is { ReplyCode: 404 } reason && (Says(reason, "no queue") || Says(reason, "no exchange"));

    /// <summary>Whether the user lacks a permission.</summary>
    public static bool IsDenied(Exception cause) => ReasonOf(cause) is { ReplyCode: 403 };

    /// <summary>Why a channel has ended, and what to do if something can be done.</summary>
    public static string Describe(ShutdownEventArgs? reason) => reason switch
    {
        null => "the connection was closed",
        _ when IsConsumerTimeout(reason) =>
            $"the job was not settled within the broker's consumer_timeout ({reason.ReplyText}). Set consumer_timeout in rabbitmq.conf, in milliseconds, " +
            "above the longest time that a job may take (or RabbitMqJobQueueOptions.ConsumerTimeout, with RabbitMQ 3.12 or newer and a new queue)",
        { Initiator: ShutdownInitiator.Application } => "the queue was closed here",
        { Exception: { } e } => $"the connection was lost: {e.Message}",
        _ => $"the broker closed it: {reason.ReplyText}",
    };

    public static bool IsConsumerTimeout(ShutdownEventArgs? reason) => reason is { ReplyCode: 406 } && Says(reason, "delivery acknowledgement");

    private static (string What, bool IsTransient) ConnectingReason(Exception cause, BrokerAddress at)
    {
        foreach (var e in Chain(cause))
        {
            switch (e)
            {
                case AuthenticationFailureException:
                    return ($"user '{at.UserName}' or its password is wrong. Check UserName, Password and Uri in the options; the user guest may come only from the broker's own machine.", false);
                case PossibleAuthenticationFailureException: // a broker that knows better says so
                    return ($"it hung up while user '{at.UserName}' logged in, and did not say why. Brokers do that when they stop or start; if this one goes on with it, look at its log.", true);
                case OperationInterruptedException { ShutdownReason: { ReplyCode: 530 } reason } when Says(reason, "not found"):
                    return ($"there is no virtual host '{at.VirtualHost}'. Create it with rabbitmqctl add_vhost '{at.VirtualHost}', or correct the path of the Uri.", false);
                case OperationInterruptedException { ShutdownReason: { ReplyCode: 530 } reason } when Says(reason, "limit"):
                    return ($"the broker allows no more of them ({reason.ReplyText}). Raise the limit with rabbitmqctl set_vhost_limits or set_user_limits, or run fewer workers.", true);
                case OperationInterruptedException { ShutdownReason: { ReplyCode: 530 } reason } when Says(reason, "refused"):
                    return ($"user '{at.UserName}' may not use virtual host '{at.VirtualHost}'. Allow it with rabbitmqctl set_permissions -p '{at.VirtualHost}' '{at.UserName}' '.*' '.*' '.*'.", false);
                case AuthenticationException:
                    return ($"TLS failed: {e.Message} Check that the broker's certificate is for that host (or Tls.ServerName) and signed by an authority of Tls.AuthorityFile.", false);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                    return ($"the name '{at.Host}' is unknown. Check the host in the Uri, and the name server.", true);
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return ($"nothing listens on port {at.Port} there. Is the broker running, and is the port right?", true);
            }
        }

        return ($"{Chain(cause).Last().Message} Check the address, the port ({(at.UsesTls ? "with" : "without")} TLS) and the broker's log.", true);
    }

    private static ShutdownEventArgs? ReasonOf(Exception cause) => Chain(cause).OfType<OperationInterruptedException>().FirstOrDefault()?.ShutdownReason;

    private static bool IsSize(ShutdownEventArgs? reason) => reason is { ReplyCode: 406 } && Says(reason, "larger than");

    private static bool Says(ShutdownEventArgs reason, string text) => reason.ReplyText.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<Exception> Chain(Exception e)
    {
        yield return e;
        IEnumerable<Exception> causes = e is AggregateException several ? several.InnerExceptions : e.InnerException is { } inner ? [inner] : [];
        foreach (var cause in causes.SelectMany(Chain))
            yield return cause;
    }
}
