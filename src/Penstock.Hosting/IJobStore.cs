namespace Penstock.Hosting;

/// <summary>The other side of a queue: whoever submits jobs, and looks after them.</summary>
/// <typeparam name="T">The payload.</typeparam>
public interface IJobStore<T>
{
    /// <summary>Adds a job. When this returns, the queue has it for good, as far as it is durable. The current trace goes with it.</summary>
    /// <param name="payload">What is to be done.</param>
    /// <param name="id">
    /// Names the job; default: a new name. Where the queue can tell, a job whose name is taken by one that waits, is worked on, or
    /// was put aside is not added again, so that submitting may be repeated.
    /// </param>
    /// <param name="ct">Gives up. The job may have been added or not.</param>
    /// <returns>The job's name.</returns>
    ValueTask<string> SubmitAsync(T payload, string? id = null, CancellationToken ct = default);

    /// <summary>How many jobs there are just now.</summary>
    ValueTask<JobCounts> CountAsync(CancellationToken ct = default);

    /// <summary>The jobs that were put aside, oldest first, without taking them away.</summary>
    IAsyncEnumerable<DeadJob> DeadJobsAsync(CancellationToken ct = default);
}

/// <summary>How many jobs a queue holds.</summary>
/// <param name="Waiting">To be pulled, now or after a pause.</param>
/// <param name="InProgress">Pulled and not settled; null where the queue cannot tell.</param>
/// <param name="Dead">Put aside.</param>
public sealed record JobCounts(long Waiting, long? InProgress, long Dead);

/// <summary>A job that was put aside.</summary>
/// <param name="Id">The job's name; null if its message had none.</param>
/// <param name="Reason">Why: the last failure's type and message.</param>
/// <param name="Attempts">How many tries it had; 0 if it could not even be read.</param>
/// <param name="Payload">The payload as the queue stores it, in UTF-8: JSON, unless it was not.</param>
public sealed record DeadJob(string? Id, string Reason, int Attempts, ReadOnlyMemory<byte> Payload);
