using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Penstock.Hosting.Workers;

/// <summary>The jobs that a worker has pulled and not settled: never more than allowed, and none of them forgotten.</summary>
/// <remarks>Not every queue looks at the token that it is given, so nobody waits for one longer than the token says.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that is only awaited holds nothing to dispose.")]
internal sealed class OpenJobs<T>
{
    // Timers run for 49 days at most, and a millisecond at least.
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(1);

    private readonly IJobQueue<T> queue;
    private readonly Func<JobLog?> createLog;
    private readonly Shutdown shutdown;
    private readonly WorkerStatus status;
    private readonly WorkerLog log;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim room;
    private readonly ConcurrentDictionary<OpenJob<T>, bool> open = [];
    private readonly PatientPull<T> pull;

    public OpenJobs(IJobQueue<T> queue, int most, Func<JobLog?> createLog, Shutdown shutdown, WorkerStatus status, WorkerLog log, TimeProvider time)
    {
        (this.queue, this.createLog, this.shutdown, this.status, this.log, this.time) = (queue, createLog, shutdown, status, log, time);
        room = new SemaphoreSlim(most - 1); // the first one is pulled without asking
        status.SettleFailure = () => open.Keys.Select(static job => job.Untold).FirstOrDefault(static failure => failure is not null);
        pull = new PatientPull<T>(queue, most, job => GiveBackAsync(Open(job)), status, log, time);
    }

    public int Count => open.Count;

    /// <summary>Pulls jobs, each when there is room for it.</summary>
    public async IAsyncEnumerable<OpenJob<T>> PullAsync([EnumeratorCancellation] CancellationToken ct)
    {
        // The token may be signalled only where a job cannot get lost: what the queue has given is taken.
        await foreach (var pulled in pull.PullAsync(ct).ConfigureAwait(false))
        {
            var job = Open(pulled); // before anything else, so that it is given back whatever happens
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

    /// <summary>
    /// Nothing descends from the job any more: completes it, or says why it failed. Returns when that is done; or, if the queue
    /// cannot be reached, when the run has to end, which must not wait for it.
    /// </summary>
    public async ValueTask SettleAsync(OpenJob<T> job) =>
        await TellAsync(job).WaitAsync(shutdown.Aborting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>
    /// When the run is over: gives back what it left, but for what has failed, and waits until the queue has ended its pull. All at once: one
    /// that waits holds up no other.
    /// </summary>
    public async Task SettleRestAsync()
    {
        await Task.WhenAll(open.Keys.Select(job => job.Failure is not null
            ? TellAsync(job)
            : GiveBackAsync(job))).ConfigureAwait(false);
        await pull.Ended.WaitOrLeaveAsync(log.FailedLate, shutdown.Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // how it ends concerns no job of this worker
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
            await Task.WhenAll(open.Keys.Where(job => !job.IsLost).Select(job => ExtendAsync(job, either.Token, ct))).ConfigureAwait(false);
        }
    }

    private async Task ExtendAsync(OpenJob<T> job, CancellationToken limit, CancellationToken ct)
    {
        try
        {
            await queue.ExtendAsync(job.Job, queue.Lease, limit).AsTask().WaitOrLeaveAsync(log.FailedLate, limit).ConfigureAwait(false);
        }
        catch (JobLeaseLostException) when (!open.ContainsKey(job))
        {
            // It was settled meanwhile.
        }
        catch (JobLeaseLostException lost)
        {
            job.IsLost = true;
            log.LeaseLost(job.Job.Id, lost);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            log.NotExtended(job.Job.Id, exception); // the next tick tries again
        }
    }

    private OpenJob<T> Open(Job<T> pulled)
    {
        var job = new OpenJob<T>(pulled);
        open[job] = true;
        return job;
    }

    private Task GiveBackAsync(OpenJob<T> job) => job.SettleOnce(() => TellAsync(job, token => queue.ReleaseAsync(job.Job, token)));

    private Task TellAsync(OpenJob<T> job) => job.SettleOnce(async () =>
    {
        if (job.IsToReturn)
            await TellAsync(job, token => queue.ReleaseAsync(job.Job, token)).ConfigureAwait(false);
        else if (await TellAsync(job, job.Failure is { } why
            ? token => queue.FailAsync(job.Job, why, token)
            : token => queue.CompleteAsync(job.Job, token)).ConfigureAwait(false))
        {
            status.Settled(job.Failure is not null);
        }
    });

    /// <summary>Tells the queue what has become of the job, as often as it takes; meanwhile the lease is kept.</summary>
    /// <returns>Whether the queue knows. If not, the job comes again: at least once is what queues promise.</returns>
    private async Task<bool> TellAsync(OpenJob<T> job, Func<CancellationToken, ValueTask> settle)
    {
        try
        {
            for (var pause = Backoff.OfSettling(); !job.IsLost; pause.Double())
            {
                try
                {
                    await settle(shutdown.Over).AsTask().WaitOrLeaveAsync(log.FailedLate, shutdown.Over).ConfigureAwait(false);
                    return true;
                }
                catch (JobLeaseLostException lost)
                {
                    log.LeaseLost(job.Job.Id, lost);
                    return false;
                }
                catch (Exception exception) when (exception is not (ObjectDisposedException or ArgumentException) && !shutdown.Over.IsCancellationRequested)
                {
                    job.Untold = exception;
                    log.TriesAgain(job.Job.Id, pause.Length, exception);
                    await Task.Delay(pause.Length, time, shutdown.Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
                catch (Exception exception)
                {
                    log.NotSettled(job.Job.Id, exception);
                    return false;
                }
            }

            return false;
        }
        finally
        {
            open.TryRemove(job, out _);
            room.Release();
        }
    }
}
