using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Penstock.Hosting.Workers;

/// <summary>The jobs that a worker has pulled and not settled: never more than allowed, and none of them forgotten.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that is only awaited holds nothing to dispose.")]
internal sealed class OpenJobs<T>(IJobQueue<T> queue, int most, Func<JobLog?> createLog, WorkerStatus status, WorkerLog log, TimeProvider time)
{
    // Timers run for 49 days at most, and a millisecond at least.
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim room = new(most - 1); // the first one is pulled without asking
    private readonly ConcurrentDictionary<OpenJob<T>, bool> open = [];

    /// <summary>Pulls jobs, each when there is room for it.</summary>
    public async IAsyncEnumerable<OpenJob<T>> PullAsync([EnumeratorCancellation] CancellationToken ct)
    {
        // The token may be signalled only where a job cannot get lost: what the queue has given is taken.
        await foreach (var pulled in queue.PullAsync(most, ct).ConfigureAwait(false))
        {
            var job = new OpenJob<T>(pulled);
            open[job] = true; // before anything else, so that it is given back whatever happens
            status.Open = open.Count;
            job.Log = createLog();
            job.Span = JobSpan.Begin(pulled, log);
            yield return job;
            await room.WaitAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Something that descends from the job was given up.</summary>
    public void Fail(OpenJob<T> job, Exception why)
    {
        job.Failure = why;
        log.JobFailed(job.Job.Id, job.Job.Attempt, why);
    }

    /// <summary>Nothing descends from the job any more: completes it, or says why it failed.</summary>
    public Task SettleAsync(OpenJob<T> job) => job.SettleOnce(async () =>
    {
        await TellAsync(job, job.Failure is { } why
            ? () => queue.FailAsync(job.Job, why, CancellationToken.None)
            : () => queue.CompleteAsync(job.Job, CancellationToken.None)).ConfigureAwait(false);
        status.Settled(job.Failure is not null);
    });

    /// <summary>When the run is over: gives back what it left, but for what has failed.</summary>
    public async Task SettleRestAsync()
    {
        foreach (var job in open.Keys)
        {
            await (job.Failure is not null
                ? SettleAsync(job)
                : job.SettleOnce(() => TellAsync(job, () => queue.ReleaseAsync(job.Job, CancellationToken.None)))).ConfigureAwait(false);
        }
    }

    /// <summary>Extends the leases of all open jobs in time, until it is cancelled.</summary>
    public async Task KeepAsync(CancellationToken ct)
    {
        if (queue.Lease == Timeout.InfiniteTimeSpan)
            return;
        var third = queue.Lease / 3;
        var period = third < ShortestPeriod ? ShortestPeriod : third > LongestPeriod ? LongestPeriod : third;
        using var timer = new PeriodicTimer(period, time);
        while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false))
        {
            // One that hangs leaves time for another try within its lease.
            using var limit = new CancellationTokenSource(period, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
            await Task.WhenAll(open.Keys.Select(job => ExtendAsync(job, either.Token, ct))).ConfigureAwait(false);
        }
    }

    private async Task ExtendAsync(OpenJob<T> job, CancellationToken limit, CancellationToken ct)
    {
        try
        {
            // Not all queues look at their token.
            await queue.ExtendAsync(job.Job, queue.Lease, limit).AsTask().WaitAsync(limit).ConfigureAwait(false);
        }
        catch (JobLeaseLostException) when (!open.ContainsKey(job))
        {
            // It was settled meanwhile.
        }
        catch (JobLeaseLostException lost)
        {
            log.LeaseLost(job.Job.Id, lost);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            log.NotExtended(job.Job.Id, exception); // the next tick tries again
        }
    }

    // A job that could not be settled comes again: at least once is what queues promise.
    private async Task TellAsync(OpenJob<T> job, Func<ValueTask> settle)
    {
        try
        {
            await settle().ConfigureAwait(false);
        }
        catch (JobLeaseLostException lost)
        {
            log.LeaseLost(job.Job.Id, lost);
        }
        catch (Exception exception)
        {
            log.QueueFailed(job.Job.Id, exception);
        }
        finally
        {
            open.TryRemove(job, out _);
            status.Open = open.Count;
            room.Release();
        }
    }
}
