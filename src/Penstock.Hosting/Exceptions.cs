namespace Penstock.Hosting;

/// <summary>Throw it in a stage, or in the sink, for a job that can never be done: it is put aside at once, without further tries.</summary>
public sealed class JobRejectedException : Exception
{
    /// <inheritdoc cref="JobRejectedException"/>
    public JobRejectedException()
        : this("The job was rejected.")
    {
    }

    /// <inheritdoc cref="JobRejectedException"/>
    /// <param name="message">Why.</param>
    public JobRejectedException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="JobRejectedException"/>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public JobRejectedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A job was settled or extended by a worker that does not hold it any more: its lease had ended, or the connection was lost. Somebody else works on it, or will.</summary>
public sealed class JobLeaseLostException : Exception
{
    /// <inheritdoc cref="JobLeaseLostException"/>
    public JobLeaseLostException()
        : this("The job is not this worker's any more.")
    {
    }

    /// <inheritdoc cref="JobLeaseLostException"/>
    /// <param name="message">Which job, and why.</param>
    public JobLeaseLostException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="JobLeaseLostException"/>
    /// <param name="message">Which job, and why.</param>
    /// <param name="innerException">The cause.</param>
    public JobLeaseLostException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A queue cannot be reached, or refuses what was asked of it. Queues derive their own.</summary>
public abstract class JobQueueException : Exception
{
    /// <inheritdoc cref="JobQueueException"/>
    protected JobQueueException()
        : this("The queue failed.")
    {
    }

    /// <inheritdoc cref="JobQueueException"/>
    /// <param name="message">What failed, where, and what to do.</param>
    protected JobQueueException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="JobQueueException"/>
    /// <param name="message">What failed, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    protected JobQueueException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether it may pass by itself, as a broker that restarts does; a wrong password does not. A worker whose queue has never worked waits for the one, and fails at the other.</summary>
    public bool IsTransient { get; init; }
}
