namespace Penstock.Hosting.Workers;

/// <summary>A job that was pulled and is not settled yet.</summary>
internal sealed class OpenJob<T>(Job<T> job)
{
    private readonly Lock gate = new();
    private Task? settlement;

    public Job<T> Job => job;

    /// <summary>Why it failed, if it did: the first reason.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Settles the job, unless that has begun: then it is the task of that.</summary>
    public Task SettleOnce(Func<Task> settle)
    {
        lock (gate)
            return settlement ??= settle();
    }
}
