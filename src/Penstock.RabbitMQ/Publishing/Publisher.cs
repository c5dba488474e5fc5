using Penstock.RabbitMQ.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Penstock.RabbitMQ.Publishing;

/// <summary>
/// Publishes so that the broker has the message when the call returns; many may be under way at once. The caller's token never enters the
/// client: a publish that is cancelled inside it mixes up the confirms of all others.
/// </summary>
internal sealed class Publisher(BrokerConnection connection, BrokerAddress address, RabbitMqJobQueueOptions options) : IAsyncDisposable
{
    // The client looks through all outstanding messages at a confirm of several; more gain nothing.
    private const int MaxOutstanding = 512;

    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);

    private readonly SemaphoreSlim outstanding = new(MaxOutstanding, MaxOutstanding);
    private readonly SemaphoreSlim opening = new(1, 1);
    private volatile IChannel? channel;

    /// <exception cref="RabbitMqJobQueueException">The broker did not take it within the time allowed, or will not.</exception>
    public async ValueTask PublishAsync(string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        if (!connection.WasOpen)
            await OpenAsync(new(options.ConnectTimeout, options.TimeProvider), ct).ConfigureAwait(false);  // the first connection has a time of its own
        var patience = new Patience(options.SubmitTimeout, options.TimeProvider);
        if (!await outstanding.WaitAsync(patience.Left, ct).ConfigureAwait(false))
            throw NotConfirmed(routingKey);
        var place = new Place(outstanding);
        try
        {
            // Lost before it was confirmed: the broker may or may not have it, so it is sent again.
            while (!await TryPublishAsync(exchange, routingKey, properties, body, place, patience, ct).ConfigureAwait(false))
            {
            }
        }
        finally
        {
            place.Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Not the semaphores: whoever waits for one must still get it, and meet the end of the connection.
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>False if the connection was lost meanwhile.</returns>
    private async ValueTask<bool> TryPublishAsync(
        string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, Place place, Patience patience, CancellationToken ct)
    {
        var current = channel is { IsOpen: true } open ? open : await OpenAsync(patience, ct).ConfigureAwait(false);
        try
        {
            // What is sent while the broker takes nothing would be there later, however often it was given up.
            await connection.Unblocked.WaitAsync(patience.Left, options.TimeProvider, ct).ConfigureAwait(false);
            var publish = current.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body, CancellationToken.None).AsTask();
            await AwaitAsync(publish, place, patience, ct).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            throw NotConfirmed(routingKey);
        }
        catch (PublishException e)
        {
            throw new RabbitMqJobQueueException(
                e.IsReturn
                    ? $"Publishing a job to '{routingKey}' failed at {address}: it leads to no queue. Has the queue been deleted? Connecting anew declares it again."
                    : $"Publishing a job to '{routingKey}' failed at {address}: the broker refused it. Is the queue full (its max-length), or the broker in trouble? See its log.",
                e)
            { IsTransient = !e.IsReturn };
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e))
        {
            var failure = BrokerErrors.Refused(e, $"Publishing a job to '{routingKey}'", address);
            return failure.IsTransient && patience.Left != TimeSpan.Zero ? false : throw failure;
        }
    }

    private async Task AwaitAsync(Task publish, Place place, Patience patience, CancellationToken ct)
    {
        try
        {
            await publish.WaitAsync(patience.Left, options.TimeProvider, ct).ConfigureAwait(false);
        }
        catch when (!publish.IsCompleted)
        {
            // It is left to itself, in its place among the outstanding; how it ends interests nobody, but must not count as unobserved.
            place.LeaveAfter(publish);
            throw;
        }
    }

    private async ValueTask<IChannel> OpenAsync(Patience patience, CancellationToken ct)
    {
        await opening.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            while (true)
            {
                if (channel is { IsOpen: true } meanwhile)
                    return meanwhile;
                var link = await connection.OpenAsync(patience.Left, ct).ConfigureAwait(false);
                try
                {
                    return channel = await link.CreateChannelAsync(Confirmed, CancellationToken.None).WaitAsync(ct).ConfigureAwait(false);
                }
                catch (Exception e) when (BrokerErrors.IsFromClient(e) && patience.Left != TimeSpan.Zero)
                {
                    // Lost again already.
                }
            }
        }
        finally
        {
            opening.Release();
        }
    }

    private RabbitMqJobQueueException NotConfirmed(string routingKey) =>
        new($"Publishing a job to '{routingKey}' failed at {address}: the broker did not confirm it within {options.SubmitTimeout}" +
            $"{(connection.Blocked is { } reason ? $", since it takes nothing just now ({reason})" : "")}. It may have it or not. " +
            $"Look for memory or disk alarms in its log, or raise {nameof(RabbitMqJobQueueOptions)}.{nameof(options.SubmitTimeout)}.")
        { IsTransient = true };

    /// <summary>A place among the outstanding messages, which is left once: when the message is settled, though its sender may have given up before.</summary>
    private sealed class Place(SemaphoreSlim outstanding)
    {
        private bool isKept;

        public void LeaveAfter(Task publish)
        {
            isKept = true;
            _ = publish.ContinueWith(
                p =>
                {
                    _ = p.Exception;
                    outstanding.Release();
                },
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
