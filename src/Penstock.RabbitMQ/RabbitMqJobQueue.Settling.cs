using Penstock.Hosting;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Messages;
using Penstock.RabbitMQ.Pulling;
using Penstock.RabbitMQ.Telemetry;

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
    /// doubles it, and never loses it. One that the broker would not take again, as it is too large by now, is put aside at once.
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
        JobHeaders.AddFailure(copy, Reason.Of(why), why.GetType(), options.TimeProvider.GetUtcNow());
        var replacing = ReplaceAsync(delivery, "", queues.Retries.After(job.Attempt).Queue, copy, ct);
        await OrRejectAsync(replacing, delivery, job.Attempt, Reason.Of(why), ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The job is written anew, at the end of the queue: if the broker gave it back, it would count that as a try. It does so only with one that it would not
    /// take again, as it is too large by now.
    /// </remarks>
    public async ValueTask ReleaseAsync(Job<T> job, CancellationToken ct = default)
    {
        var delivery = DeliveryOf(job);
        try
        {
            await RewriteAsync(delivery, job.Attempt - 1, ct).ConfigureAwait(false);
        }
        catch (RabbitMqJobQueueException refusal) when (refusal.IsTooLarge)
        {
            await delivery.RequeueAsync(ct).ConfigureAwait(false);
            log.Requeued(job.Id, refusal.Message);
        }
    }

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
        if (JobHeaders.WasPutAside(delivery.Properties))
        {
            // Only people bring one back. What they counted on is a new start, and its tries would put it aside again at once.
            const string MovedBack = "It was moved back from the dead jobs, and only a new message can start it anew.";
            await OrRejectAsync(StartAnewAsync(delivery, ct), delivery, delivery.EarlierAttempts, MovedBack, ct).ConfigureAwait(false);
        }
        else if (attempt > options.MaxAttempts)
        {
            var reason = $"Delivery limit: {delivery.EarlierAttempts} tries, the last of which ended without a word, as when a worker's process, machine or connection dies.";
            await PutAsideAsync(delivery, delivery.EarlierAttempts, new JobRejectedException(reason), ct).ConfigureAwait(false);
        }
        else if (delivery.HasUncountedAttempt)
        {
            const string Uncounted = "A try ended without a word, which only a new message can count.";
            await OrRejectAsync(RewriteAsync(delivery, attempt, ct), delivery, attempt, Uncounted, ct).ConfigureAwait(false);
        }
        else if (delivery.Properties.MessageId is not { Length: > 0 } id)
        {
            // Others may publish without a name; from now on every delivery has the same.
            const string Nameless = "It has no name, which only a new message can give it.";
            await OrRejectAsync(RewriteAsync(delivery, delivery.EarlierAttempts, ct), delivery, delivery.EarlierAttempts, Nameless, ct).ConfigureAwait(false);
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

    private static Delivery DeliveryOf(Job<T> job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Receipt as Delivery
            ?? throw new ArgumentException($"Job '{job.Id}' was not pulled from a RabbitMQ queue: it has no receipt of one. Settle the job that was pulled.", nameof(job));
    }
}
