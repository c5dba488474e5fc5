namespace Penstock.Hosting.Workers;

/// <summary>What a worker is up to, as its health check sees it.</summary>
internal sealed class WorkerStatus(TimeProvider time)
{
    // A pull that has not failed for so long: the queue seems to work.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private const long NoPull = long.MaxValue;

    private long pullBegun = NoPull;
    private volatile Exception? pullFailure;
    private long completed;
    private long failed;
    private long lastSettled;

    /// <summary>The run, once it has started.</summary>
    public PipelineRun? Run { get; set; }

    /// <summary>Whether the host stops.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Why the worker ended, if it failed.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Why the queue brings no jobs just now, if it knows.</summary>
    public Func<JobQueueOutage?> Outage { get; set; } = () => null;

    /// <summary>Why the queue cannot be told of a job just now.</summary>
    public Func<Exception?> SettleFailure { get; set; } = () => null;

    /// <summary>Why the last pull failed: until another one has given a job, or has lasted for a while.</summary>
    public Exception? PullFailure => PullLasts ? null : pullFailure;

    /// <summary>Whether there is a pull that has not failed for a while.</summary>
    public bool PullLasts => Interlocked.Read(ref pullBegun) is not NoPull and var at && time.GetElapsedTime(at) >= Long;

    /// <summary>Says how many jobs are pulled and not settled.</summary>
    public Func<int> Open { get; set; } = () => 0;

    public long Completed => Interlocked.Read(ref completed);

    public long Failed => Interlocked.Read(ref failed);

    /// <summary>How long ago a job was settled; null if none was.</summary>
    public TimeSpan? SinceSettled => Interlocked.Read(ref lastSettled) is > 0 and var at ? time.GetElapsedTime(at) : null;

    public void PullBegins() => Interlocked.Exchange(ref pullBegun, time.GetTimestamp());

    public void PullFails(Exception why)
    {
        pullFailure = why;
        Interlocked.Exchange(ref pullBegun, NoPull);
    }

    public void PullWorks() => pullFailure = null;

    public void Settled(bool hasFailed)
    {
        Interlocked.Increment(ref hasFailed ? ref failed : ref completed);
        Interlocked.Exchange(ref lastSettled, time.GetTimestamp());
    }
}
