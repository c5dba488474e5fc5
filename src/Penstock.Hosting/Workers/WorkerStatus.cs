namespace Penstock.Hosting.Workers;

/// <summary>What a worker is up to, as its health check sees it.</summary>
internal sealed class WorkerStatus(TimeProvider time)
{
    private long completed;
    private long failed;
    private long lastSettled;

    /// <summary>The run, once it has started.</summary>
    public PipelineRun? Run { get; set; }

    /// <summary>Whether the host stops.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Why the worker ended, if it failed.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Why the queue gives no jobs just now, while the worker tries again.</summary>
    public Exception? PullFailure { get; set; }

    /// <summary>Jobs pulled and not settled.</summary>
    public int Open { get; set; }

    public long Completed => Interlocked.Read(ref completed);

    public long Failed => Interlocked.Read(ref failed);

    /// <summary>How long ago a job was settled; null if none was.</summary>
    public TimeSpan? SinceSettled => Interlocked.Read(ref lastSettled) is > 0 and var at ? time.GetElapsedTime(at) : null;

    public void Settled(bool hasFailed)
    {
        Interlocked.Increment(ref hasFailed ? ref failed : ref completed);
        Interlocked.Exchange(ref lastSettled, time.GetTimestamp());
    }
}
