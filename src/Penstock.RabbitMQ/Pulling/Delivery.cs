using Penstock.Hosting;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Messages;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Pulling;

/// <summary>One message as it was delivered: a job's receipt. It can be settled once, and only on the channel that it came by.</summary>
internal sealed class Delivery(Subscription subscription, ulong tag, bool isRedelivered, IReadOnlyBasicProperties properties, byte[] body)
{
    // Quorum queues say how often they have delivered a message before; classic ones only whether.
    private const string DeliveryCount = "x-delivery-count";

    private int claimed;
    private long? firstTry;

    public IReadOnlyBasicProperties Properties => properties;

    /// <summary>As it came: what a failed job is written from again, whatever the pipeline made of its payload.</summary>
    public byte[] Body => body;

    /// <summary>How many tries came before, as far as the message tells: those that ended by failing, and those that just ended.</summary>
    public int EarlierAttempts { get; } = JobHeaders.Number(properties, JobHeaders.Attempts) + JobHeaders.Number(properties, DeliveryCount);

    /// <summary>Whether there was one more, which only a new message can count.</summary>
    public bool HasUncountedAttempt { get; } = isRedelivered && JobHeaders.Number(properties, DeliveryCount) == 0;

    /// <summary>How long ago this was asked for the first time.</summary>
    public TimeSpan SinceFirstTry(TimeProvider time) => time.GetElapsedTime(firstTry ??= time.GetTimestamp());

    /// <summary>Makes the caller the one who settles it.</summary>
    /// <exception cref="JobLeaseLostException">Somebody has settled it, or the channel has ended.</exception>
    public void Claim()
    {
        ThrowIfLost();
        if (Interlocked.Exchange(ref claimed, 1) != 0)
            throw Settled();
    }

    /// <summary>Whoever is told that it is lost has it no longer.</summary>
    public void ThrowIfLost()
    {
        if (!subscription.Channel.IsOpen)
        {
            if (Interlocked.Exchange(ref claimed, 1) == 0)
                subscription.ForgetAsync().AsTask().Leave(subscription.Log.Late("Closing a channel"));
            throw Lost(null);
        }

        if (Volatile.Read(ref claimed) != 0)
            throw Settled();
    }

    /// <summary>The caller could not settle it after all; it still can be.</summary>
    public void Disclaim() => Volatile.Write(ref claimed, 0);

    /// <summary>The broker forgets it. It must be claimed.</summary>
    public Task AcknowledgeAsync(CancellationToken ct) => SettleAsync(static (channel, tag) => channel.BasicAckAsync(tag, multiple: false), ct);

    /// <summary>Claims it, and the broker gives it to somebody else, which costs a try.</summary>
    public Task RequeueAsync(CancellationToken ct)
    {
        Claim();
        return SettleAsync(static (channel, tag) => channel.BasicNackAsync(tag, multiple: false, requeue: true), ct);
    }

    /// <summary>The same, if it is still there to be given back.</summary>
    public async Task TryRequeueAsync(CancellationToken ct)
    {
        try
        {
            await RequeueAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is JobLeaseLostException or OperationCanceledException)
        {
            // The broker has it back already, or takes it back with the channel.
        }
    }

    /// <summary>Claims it, and the broker moves it to the dead jobs, as the queue's arguments say, or drops it if they say nothing.</summary>
    public Task RejectAsync(CancellationToken ct)
    {
        Claim();
        return SettleAsync(static (channel, tag) => channel.BasicRejectAsync(tag, requeue: false), ct);
    }

    private async Task SettleAsync(Func<IChannel, ulong, ValueTask> settle, CancellationToken ct)
    {
        try
        {
            var settling = settle(subscription.Channel, tag);
            if (!settling.IsCompletedSuccessfully)
                await settling.AsTask().WaitOrLeaveAsync(subscription.Log.Late("Settling a job"), ct).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, ct))
        {
            throw Lost(e);
        }
        finally
        {
            await subscription.ForgetAsync().ConfigureAwait(false);
        }
    }

    private JobLeaseLostException Settled() => new($"Job '{properties.MessageId}' is settled already, or just being so.");

    private JobLeaseLostException Lost(Exception? cause) =>
        new($"Job '{properties.MessageId}' is not this worker's any more, and is given to somebody else: {BrokerErrors.Describe(subscription.Channel.CloseReason)}.", cause);
}
