using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Messages;
using Penstock.RabbitMQ.Pulling;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ;

/// <content>
/// A job in a new message, which is how it is counted, told of, and moved to the end of the queue; and what becomes of one that the broker
/// would not take again.
/// </content>
public sealed partial class RabbitMqJobQueue<T>
{
    /// <summary>The same job in a new message at the end of the queue.</summary>
    private Task RewriteAsync(Delivery delivery, int attempts, CancellationToken ct)
    {
        var copy = JobHeaders.Copy(delivery.Properties, attempts);
        if (string.IsNullOrEmpty(copy.MessageId))
            copy.MessageId = NewId();
        return ReplaceAsync(delivery, "", queues.Main, copy, ct);
    }

    /// <summary>The same for one that was put aside: as if it had just been submitted.</summary>
    private Task StartAnewAsync(Delivery delivery, CancellationToken ct)
    {
        var copy = JobHeaders.Copy(delivery.Properties, attempts: 0);
        JobHeaders.ForgetFailures(copy);
        return ReplaceAsync(delivery, "", queues.Main, copy, ct);
    }

    private async Task PutAsideAsync(Delivery delivery, int attempts, Exception why, CancellationToken ct)
    {
        var copy = JobHeaders.Copy(delivery.Properties, attempts);
        var now = options.TimeProvider.GetUtcNow();
        JobHeaders.AddFailure(copy, Reason.Of(why), why.GetType(), now);
        copy.Headers![JobHeaders.PutAside] = JobHeaders.Moment(now);
        if (await OrRejectAsync(ReplaceAsync(delivery, queues.Dead, "", copy, ct), delivery, attempts, Reason.Of(why), ct).ConfigureAwait(false))
            log.PutAside(copy.MessageId, queues.Dead, attempts, Reason.Of(why));
    }

    /// <summary>The new message is the broker's before the old one is acknowledged, so that a crash in between loses nothing.</summary>
    private async Task ReplaceAsync(Delivery delivery, string exchange, string routingKey, BasicProperties copy, CancellationToken ct)
    {
        delivery.Claim();
        try
        {
            await publisher.PublishAsync(exchange, routingKey, copy, delivery.Body, ct).ConfigureAwait(false);
        }
        catch
        {
            delivery.Disclaim();
            throw;
        }

        await delivery.AcknowledgeAsync(ct).ConfigureAwait(false);
    }

    /// <summary>
    /// A job that the broker took once may be too large for it by now. It must not stay with its worker, whose room it would take for ever; nor go back, since
    /// it would come again at once, and nobody could count how often. So the broker puts the old message aside.
    /// </summary>
    /// <returns>Whether it was replaced.</returns>
    private async Task<bool> OrRejectAsync(Task replacing, Delivery delivery, int attempts, string reason, CancellationToken ct)
    {
        try
        {
            await replacing.ConfigureAwait(false);
            return true;
        }
        catch (RabbitMqJobQueueException refusal) when (refusal.IsTooLarge)
        {
            await EnsureDeadLetteringAsync(delivery, refusal, ct).ConfigureAwait(false);
            await delivery.RejectAsync(ct).ConfigureAwait(false);
            log.Rejected(delivery.Properties.MessageId, queues.Dead, attempts, reason, refusal.Message);
            return false;
        }
    }

    private async Task EnsureDeadLetteringAsync(Delivery delivery, RabbitMqJobQueueException refusal, CancellationToken ct)
    {
        try
        {
            var connection = await pulling.OpenAsync(options.SubmitTimeout, ct).ConfigureAwait(false);
            await queues.EnsureDeadLetteringAsync(connection).WaitOrLeaveAsync(log.Late("Looking into the queues"), ct).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, ct))
        {
            throw BrokerErrors.Refused(e, "Looking into the queues", address);
        }
        catch (RabbitMqJobQueueException e)
        {
            throw new RabbitMqJobQueueException(
                $"Job '{delivery.Properties.MessageId}' cannot be written anew: {refusal.Message} Nor is it sure that the broker would put it aside, and not drop it: {e.Message}", e)
            {
                IsTransient = e.IsTransient,
            };
        }
    }
}
