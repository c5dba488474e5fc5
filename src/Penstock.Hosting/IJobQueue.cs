namespace Penstock.Hosting;

/// <summary>
/// Where a worker gets its jobs. Every pulled job is settled once: completed, failed or released. One that is not, since its
/// worker or machine died, comes back: at once if the queue notices, else when its lease ends. So a job may be worked on twice,
/// but is never lost.
/// </summary>
/// <typeparam name="T">The payload.</typeparam>
public interface IJobQueue<T>
{
    /// <summary>
    /// How long a pulled job stays this worker's without being extended; <see cref="Timeout.InfiniteTimeSpan"/> if it does until the
    /// connection ends, so that nothing must be extended. Default: 60 s.
    /// </summary>
    TimeSpan Lease => TimeSpan.FromSeconds(60);

    /// <summary>
    /// Since when and why a pull brings no jobs, though it has not ended: for a queue that comes back by itself inside of a pull, which nobody else could
    /// notice. A worker's health check is degraded meanwhile. Null, the default, while it works, and from a queue that ends a pull by throwing instead.
    /// </summary>
    JobQueueOutage? Outage => null;

    /// <summary>
    /// Pulls jobs, one whenever the next one is asked for, waiting while there is none. Ends only by the token, or by what it throws: a
    /// <see cref="JobQueueException"/> says whether the same may work later.
    /// </summary>
    /// <param name="ct">Ends the pulling; jobs pulled before stay with the caller, to be settled.</param>
    IAsyncEnumerable<Job<T>> PullAsync(CancellationToken ct);

    /// <summary>The same, for a caller that never has more than so many unsettled jobs: a queue that fetches ahead must not exceed that.</summary>
    /// <param name="maxInFlight">Jobs pulled and not settled, at most: 1 or more.</param>
    /// <param name="ct">Ends the pulling.</param>
    IAsyncEnumerable<Job<T>> PullAsync(int maxInFlight, CancellationToken ct) => PullAsync(ct);

    /// <summary>The job is done: the queue forgets it.</summary>
    /// <exception cref="JobLeaseLostException">The job is not this worker's any more.</exception>
    ValueTask CompleteAsync(Job<T> job, CancellationToken ct = default);

    /// <summary>
    /// The job could not be done: it is tried again later, or, after too many tries, or if the reason is a
    /// <see cref="JobRejectedException"/>, put aside with the reason.
    /// </summary>
    /// <exception cref="JobLeaseLostException">The job is not this worker's any more.</exception>
    ValueTask FailAsync(Job<T> job, Exception why, CancellationToken ct = default);

    /// <summary>Gives the job back, for anyone to pull at once; costs no attempt.</summary>
    /// <exception cref="JobLeaseLostException">The job is not this worker's any more.</exception>
    ValueTask ReleaseAsync(Job<T> job, CancellationToken ct = default);

    /// <summary>Keeps the job for so long from now on.</summary>
    /// <exception cref="JobLeaseLostException">The job is not this worker's any more.</exception>
    ValueTask ExtendAsync(Job<T> job, TimeSpan lease, CancellationToken ct = default);
}
