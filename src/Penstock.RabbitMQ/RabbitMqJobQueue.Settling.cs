using Penstock.Hosting;
using Penstock.RabbitMQ.Messages;
using Penstock.RabbitMQ.Pulling;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ;

/// <content>From a delivery to a job, and from the job back to the broker.</content>
public sealed partial class RabbitMqJobQueue<T>
{
    /// <inheritdoc/>
    public async ValueTask CompleteAsync(Job<T> job, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        var delivery = DeliveryOf(job);
        delivery.Claim();
        await delivery.AcknowledgeAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The job is written anew, into the queue of its pause or of the dead jobs, before its old message is acknowledged: a crash in between
    /// doubles it, and never loses it.
    /// </remarks>
    public async ValueTask FailAsync(Job<T> job, Exception why, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(why);
        var delivery = DeliveryOf(job);
        if (job.Attempt >= options.MaxAttempts || why is JobRejectedException)
        {
            await PutAsideAsync(delivery, job.Attempt, why, ct).ConfigureAwait(false);
            return;
        }

        var copy = JobHeaders.Copy(delivery.Properties, job.Attempt);
        JobHeaders.AddFailure(copy, ReasonOf(why), why.GetType(), options.TimeProvider.GetUtcNow());
        await ReplaceAsync(delivery, "", queues.Retries.After(job.Attempt).Queue, copy, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>The job is written anew, at the end of the queue: if the broker gave it back, it would count that as a try.</remarks>
    public async ValueTask ReleaseAsync(Job<T> job, CancellationToken ct = default) =>
        await RewriteAsync(DeliveryOf(job), job.Attempt - 1, ct).ConfigureAwait(false);

    /// <summary>Only checks that the job is still this worker's: it stays so as long as the connection.</summary>
    /// <inheritdoc/>
    public ValueTask ExtendAsync(Job<T> job, TimeSpan lease, CancellationToken ct = default)
    {
        DeliveryOf(job).ThrowIfLost();
        return ValueTask.CompletedTask;
    }

    /// <returns>Null if the message is no job to be handed out: it has been put aside, or written anew.</returns>
    private async ValueTask<Job<T>?> OpenAsync(Delivery delivery, CancellationToken ct)
    {
        var attempt = delivery.EarlierAttempts + 1;
        if (attempt > options.MaxAttempts)
        {
            var reason = $"Delivery limit: {delivery.EarlierAttempts} tries, the last of which ended without a word, as when a worker's process, machine or connection dies.";
            await PutAsideAsync(delivery, delivery.EarlierAttempts, new JobRejectedException(reason), ct).ConfigureAwait(false);
        }
        else if (delivery.HasUncountedAttempt)
        {
            await RewriteAsync(delivery, attempt, ct).ConfigureAwait(false);
        }
        else if (delivery.Properties.MessageId is not { Length: > 0 } id)
        {
            // Others may publish without a name; from now on every delivery has the same.
            await RewriteAsync(delivery, delivery.EarlierAttempts, ct).ConfigureAwait(false);
        }
        else if (json.Read(delivery.Body, out var payload) is { } poison)
        {
            await PutAsideAsync(delivery, 0, poison, ct).ConfigureAwait(false);
        }
        else
        {
            return new()
            {
                Id = id,
                Payload = payload!,
                Attempt = attempt,
                TraceParent = JobHeaders.Text(delivery.Properties, JobHeaders.TraceParent),
                TraceState = JobHeaders.Text(delivery.Properties, JobHeaders.TraceState),
                Receipt = delivery,
            };
        }

        return null;
    }

    /// <summary>The same job in a new message at the end of the queue.</summary>
    private Task RewriteAsync(Delivery delivery, int attempts, CancellationToken ct)
    {
        var copy = JobHeaders.Copy(delivery.Properties, attempts);
        if (string.IsNullOrEmpty(copy.MessageId))
            copy.MessageId = NewId();
        return ReplaceAsync(delivery, "", queues.Main, copy, ct);
    }

    private async Task PutAsideAsync(Delivery delivery, int attempts, Exception why, CancellationToken ct)
    {
        var copy = JobHeaders.Copy(delivery.Properties, attempts);
        JobHeaders.AddFailure(copy, ReasonOf(why), why.GetType(), options.TimeProvider.GetUtcNow());
        await ReplaceAsync(delivery, queues.Dead, "", copy, ct).ConfigureAwait(false);
        log.PutAside(copy.MessageId, queues.Dead, attempts, ReasonOf(why));
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

    private static string ReasonOf(Exception why) => $"{why.GetType()}: {why.Message}";

    private static Delivery DeliveryOf(Job<T> job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Receipt as Delivery
            ?? throw new ArgumentException($"Job '{job.Id}' was not pulled from a RabbitMQ queue: it has no receipt of one. Settle the job that was pulled.", nameof(job));
    }
}
