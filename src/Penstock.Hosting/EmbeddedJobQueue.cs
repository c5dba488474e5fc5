using System.Diagnostics;
using System.Runtime.CompilerServices;
using Penstock.Hosting.Queues;
using Penstock.Hosting.Workers;

namespace Penstock.Hosting;

/// <summary>What the queues that need no server have in common: all but where they keep their jobs.</summary>
/// <remarks>
/// Jobs are pulled in the order in which they were submitted, among those that are due: a job that failed comes when its pause has
/// passed, one that was released takes its old place. All members may be used from many threads at once. Every method throws
/// <see cref="ObjectDisposedException"/> once the queue is disposed; methods of a queue in a file also throw the exceptions of its constructor.
/// </remarks>
/// <typeparam name="T">The payload.</typeparam>
public abstract class EmbeddedJobQueue<T> : IJobQueue<T>, IJobStore<T>, IAsyncDisposable
{
    private const int LongestReason = 999; // and an ellipsis

    // As long as RabbitMQ allows: ids can move from queue to queue.
    private const int LongestId = 255;

    private readonly JobQueueOptions options;
    private readonly PayloadFormat<T> format;
    private readonly JobDesk desk;

    private protected EmbeddedJobQueue(JobQueueOptions options, Func<JobQueueOptions, IJobTable> open)
    {
        this.options = options;
        format = new PayloadFormat<T>(options);
        desk = new JobDesk(open(options), options);
    }

    /// <inheritdoc/>
    public TimeSpan Lease => options.Lease;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The payload is larger than <see cref="JobQueueOptions.MaxPayloadBytes"/>, or the id is empty or longer than 255 characters.</exception>
    public async ValueTask<string> SubmitAsync(T payload, string? id = null, CancellationToken ct = default)
    {
        if (id is { Length: 0 or > LongestId })
            throw new ArgumentException($"A job's id has 1 to {LongestId} characters; this one has {id.Length}.", nameof(id));
        // Ids that grow with time keep their index compact.
        id ??= Guid.CreateVersion7(options.TimeProvider.GetUtcNow()).ToString("N");
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity : null;
        var content = new JobContent(format.Write(payload), trace?.Id, trace?.TraceStateString);
        await desk.AskAsync(ledger => ledger.Add(id, content), ct).ConfigureAwait(false);
        return id;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Job<T>> PullAsync([EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var delivery = await desk.TakeAsync(ct).ConfigureAwait(false);
            if (format.TryRead(delivery.Content?.Payload, out var payload, out var problem))
                yield return delivery.ToJob(payload);
            else
                await desk.AskAsync(ledger => ledger.RejectUnread(delivery.Receipt, problem.CutTo(LongestReason)), CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(Job<T> job, CancellationToken ct = default) =>
        SettleAsync(job, static (ledger, receipt) => ledger.Complete(receipt), ct);

    /// <inheritdoc/>
    public ValueTask FailAsync(Job<T> job, Exception why, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(why);
        var reason = Reason.Of(why).CutTo(LongestReason);
        return SettleAsync(job, (ledger, receipt) => ledger.Fail(receipt, reason, final: why is JobRejectedException), ct);
    }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(Job<T> job, CancellationToken ct = default) =>
        SettleAsync(job, static (ledger, receipt) => ledger.Release(receipt), ct);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The lease is not above 0.</exception>
    public ValueTask ExtendAsync(Job<T> job, TimeSpan lease, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        return SettleAsync(job, (ledger, receipt) => ledger.Extend(receipt, lease), ct);
    }

    /// <inheritdoc/>
    public ValueTask<JobCounts> CountAsync(CancellationToken ct = default) => new(desk.AskAsync(static ledger => ledger.Count(), ct));

    /// <inheritdoc/>
    public async IAsyncEnumerable<DeadJob> DeadJobsAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        DeadEntry? last = null;
        // One at a time: a payload may be large, and others want their turn.
        while (await desk.AskAsync(ledger => ledger.DeadAfter(last), ct).ConfigureAwait(false) is { } dead)
        {
            last = dead;
            yield return dead.Job;
        }
    }

    /// <summary>Gives a job that was put aside another chance, with all its attempts, in its old place.</summary>
    /// <param name="id">The job's name.</param>
    /// <param name="ct">Gives up; the job may have been put back or not.</param>
    /// <returns>Whether there was such a job among those that were put aside.</returns>
    public ValueTask<bool> RetryDeadAsync(string id, CancellationToken ct = default) => new(desk.AskAsync(ledger => ledger.RetryDead(id), ct));

    /// <summary>Forgets a job that was put aside.</summary>
    /// <param name="id">The job's name.</param>
    /// <param name="ct">Gives up; the job may have been deleted or not.</param>
    /// <returns>Whether there was such a job among those that were put aside.</returns>
    public ValueTask<bool> DeleteDeadAsync(string id, CancellationToken ct = default) => new(desk.AskAsync(ledger => ledger.DeleteDead(id), ct));

    /// <summary>Finishes what was asked for, ends all pulling, and closes the queue. Jobs that were pulled and not settled come back when their leases end.</summary>
    public async ValueTask DisposeAsync()
    {
        await desk.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private async ValueTask SettleAsync(Job<T> job, Func<JobLedger, Receipt, bool> settle, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.Receipt is not Receipt receipt)
            throw new ArgumentException($"Job '{job.Id}' was not pulled from this queue: settle the job that PullAsync gave, or one made of it by With.", nameof(job));
        if (!await desk.AskAsync(ledger => settle(ledger, receipt), ct).ConfigureAwait(false))
        {
            throw new JobLeaseLostException($"Job '{receipt.Id}' (attempt {job.Attempt}) is not this worker's any more: its lease ended before it was "
                + $"extended, or it was settled already. Leases last {options.Lease}; extend them in time, or make them longer.");
        }
    }
}
