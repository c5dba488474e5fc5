using Microsoft.Extensions.Logging;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Penstock.RabbitMQ.Publishing;

/// <summary>
/// Publishes so that the broker has the message when the call returns; many may be under way at once. The caller's token never enters the
/// client: a publish that is cancelled inside it mixes up the confirms of all others. Only the end of the connection does, which voids them all.
/// </summary>
internal sealed class Publisher(BrokerConnection connection, BrokerAddress address, RabbitMqJobQueueOptions options, ILogger log) : IAsyncDisposable
{
    // The client looks through all outstanding messages at a confirm of several; more gain nothing.
    private const int MaxOutstanding = 512;

    // What a frame holds beside the properties: its own ends, the head, and the number by which the client confirms.
    private const int FrameOverhead = 64;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    // After the loss of a connection the client tells all who publish, within milliseconds, unless it is stuck.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);

    private readonly SemaphoreSlim outstanding = new(MaxOutstanding, MaxOutstanding);
    private readonly SemaphoreSlim opening = new(1, 1);
    private volatile Outlet? current;

    // Used only by whoever opens a channel. One for all channels of a connection: refused messages end many, and one that has ended may still hold a message.
    private (IConnection? Connection, CancellationToken Signal) end;

    /// <exception cref="RabbitMqJobQueueException">The broker did not take it within the time allowed, or will not.</exception>
    public async ValueTask PublishAsync(string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        if (!connection.WasOpen)
            await connection.OpenAsync(options.ConnectTimeout, ct).ConfigureAwait(false);  // the first connection has a time of its own
        var patience = new Patience(options.SubmitTimeout, options.TimeProvider);
        if (!await outstanding.WaitAsync(patience.Left, ct).ConfigureAwait(false))
            throw NotConfirmed(routingKey);
        var message = new Message(exchange, routingKey, properties, body, new(outstanding), patience);
        try
        {
            for (var pause = new Backoff(ShortestPause, LongestPause); await TryPublishAsync(message, ct).ConfigureAwait(false) is { } failure; pause.Double())
            {
                if (!patience.Allows(pause.Length))
                    throw failure;
                await Task.Delay(pause.Length, options.TimeProvider, ct).ConfigureAwait(false);
            }
        }
        finally
        {
            message.Place.Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Not the semaphores: whoever waits for one must still get it, and meet the end of the connection.
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>Null if the broker has it; else why it may not have it, where it may do better when it is published again.</returns>
    private async ValueTask<RabbitMqJobQueueException?> TryPublishAsync(Message message, CancellationToken ct)
    {
        var (patience, routingKey) = (message.Patience, message.RoutingKey);
        var link = await connection.OpenAsync(patience.Left, ct).ConfigureAwait(false);
        ThrowIfTooLarge(message, link);
        var preparations = connection.Preparations;
        RabbitMqJobQueueException failure;
        Outlet? outlet = null;
        try
        {
            outlet = current is { Channel.IsOpen: true } open ? open : await OpenAsync(link, patience, ct).ConfigureAwait(false);

            // What is sent while the broker takes nothing would be there later, however often it was given up.
            await connection.Unblocked.WaitAsync(patience.Left, options.TimeProvider, ct).ConfigureAwait(false);
            var publish = outlet.Channel.BasicPublishAsync(message.Exchange, routingKey, mandatory: true, message.Properties, message.Body, outlet.Ended).AsTask();
            await AwaitAsync(publish, message, ct).ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException)
        {
            throw NotConfirmed(routingKey);
        }
        catch (PublishException e) when (!e.IsReturn)
        {
            throw new RabbitMqJobQueueException(
                $"Publishing a job to '{routingKey}' failed at {address}: the broker refused it. Is the queue full (its max-length), or the broker in trouble? See its log.", e)
            {
                IsTransient = true,
            };
        }
        catch (PublishException e)
        {
            failure = new RabbitMqJobQueueException($"Publishing a job to '{routingKey}' failed at {address}: it leads to no queue. Does somebody delete them?", e);
        }
        catch (Exception) when (outlet is { Ended.IsCancellationRequested: true })
        {
            ct.ThrowIfCancellationRequested();
            return BrokerErrors.Refused(new AlreadyClosedException(outlet.Connection.CloseReason!), $"Publishing a job to '{routingKey}'", address);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, ct))
        {
            failure = BrokerErrors.Refused(e, $"Publishing a job to '{routingKey}'", address);
            if (failure.IsTransient)
                return failure;
            if (!BrokerErrors.IsToBlame(e, message.Exchange, message.Body.Length))
                return NotConfirmed(routingKey);
            if (!BrokerErrors.IsMissing(e))
                throw failure;
        }

        // Somebody has deleted the queue, or the exchange.
        if (message.WasMissing)
            throw failure;
        try
        {
            await connection.PrepareAgainAsync(preparations, patience.Left, ct).ConfigureAwait(false);
            message.WasMissing = true;
            return failure;
        }
        catch (RabbitMqJobQueueException e) when (e.IsTransient)
        {
            return e;  // it is there, but the node is not that has it
        }
    }

    /// <summary>The broker ends the connection over properties that do not fit into one frame, and so with all that others have under way there.</summary>
    private void ThrowIfTooLarge(Message message, IConnection link)
    {
        var bytes = ((IAmqpWriteable)message.Properties).GetRequiredBufferSize();
        if (link.FrameMax == 0 || bytes + FrameOverhead <= link.FrameMax)
            return;
        throw new RabbitMqJobQueueException(
            $"Publishing a job to '{message.RoutingKey}' failed at {address}: its headers take {bytes} bytes, which do not fit into a frame of {link.FrameMax}. " +
            "Whoever submitted it should put less into them; or raise frame_max in rabbitmq.conf.")
        { IsTooLarge = true };
    }

    private async Task AwaitAsync(Task publish, Message message, CancellationToken ct)
    {
        try
        {
            await publish.WaitAsync(message.Patience.Left, options.TimeProvider, ct).ConfigureAwait(false);
        }
        catch when (!publish.IsCompleted)
        {
            // It is left to itself, in its place among the outstanding.
            message.Place.LeaveAfter(publish);
            publish.Leave(log.Late("Publishing a job"));
            throw;
        }
    }

    private async ValueTask<Outlet> OpenAsync(IConnection link, Patience patience, CancellationToken ct)
    {
        if (!await opening.WaitAsync(patience.Left, ct).ConfigureAwait(false))
            throw new TimeoutException();
        try
        {
            if (current is { Channel.IsOpen: true } meanwhile)
                return meanwhile;
            if (end.Connection != link)
                end = (link, EndOf(link));  // before the channel listens: it may never come to its end
            var channel = await Bounded.OpenAsync(link.CreateChannelAsync(Confirmed, CancellationToken.None), patience.Left, options.TimeProvider, log, ct).ConfigureAwait(false);
            return current = new(link, channel, end.Signal);
        }
        finally
        {
            opening.Release();
        }
    }

    private static CancellationToken EndOf(IConnection link)
    {
        var ended = new CancellationTokenSource();
        link.ConnectionShutdownAsync += (_, _) =>
        {
            ended.CancelAfter(Goodbye);
            return Task.CompletedTask;
        };
        return ended.Token;
    }

    private RabbitMqJobQueueException NotConfirmed(string routingKey) =>
        new($"Publishing a job to '{routingKey}' failed at {address}: the broker did not confirm it within {options.SubmitTimeout}" +
            $"{(connection.Blocked is { } reason ? $", since it takes nothing just now ({reason})" : "")}. It may have it or not. " +
            $"Look for memory or disk alarms in its log, or raise {nameof(RabbitMqJobQueueOptions)}.{nameof(options.SubmitTimeout)}.")
        { IsTransient = true };

    /// <summary>What messages are published on.</summary>
    /// <param name="Connection">The connection.</param>
    /// <param name="Channel">A channel of it.</param>
    /// <param name="Ended">
    /// Signalled when the connection was lost and the client has had its time to tell those who publish. It would leave one for ever in its full queue to a
    /// socket that has failed; that one holds what the client needs to tell all others, and to end the connection.
    /// </param>
    private sealed record Outlet(IConnection Connection, IChannel Channel, CancellationToken Ended);

    /// <summary>What is published, and what its sender still has for it.</summary>
    private sealed record Message(string Exchange, string RoutingKey, BasicProperties Properties, ReadOnlyMemory<byte> Body, Place Place, Patience Patience)
    {
        /// <summary>Whether it led to no queue, so that all were prepared again.</summary>
        public bool WasMissing { get; set; }
    }

    /// <summary>A place among the outstanding messages, which is left once: when the message is settled, though its sender may have given up before.</summary>
    private sealed class Place(SemaphoreSlim outstanding)
    {
        private bool isKept;

        public void LeaveAfter(Task publish)
        {
            isKept = true;
            _ = publish.ContinueWith(
                _ => outstanding.Release(),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        public void Leave()
        {
            if (!isKept)
                outstanding.Release();
        }
    }
}
