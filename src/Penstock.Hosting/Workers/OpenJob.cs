using System.Diagnostics;
using Penstock.Links;

namespace Penstock.Hosting.Workers;

/// <summary>A job that was pulled and is not settled yet, whatever its payload.</summary>
internal abstract class OpenJob(JobContext context) : ITicket
{
    public string Id => Context.Id;

    public ActivityContext Trace => Span.Context;

    /// <summary>The job as stages see it.</summary>
    public JobContext Context => context;

    /// <summary>The lines logged for it, if they are collected.</summary>
    public JobLog? Log { get; set; }

    public JobSpan Span { get; set; } = JobSpan.None;
}

/// <inheritdoc/>
internal sealed class OpenJob<T>(Job<T> job) : OpenJob(new JobContext(job.Id, job.Attempt))
{
    private readonly Lock gate = new();
    private Task? settlement;
    private volatile bool isLost;
    private volatile bool isToReturn;
    private volatile Exception? untold;

    public Job<T> Job => job;

    /// <summary>Why it failed, if it did: the first reason.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether somebody else has it by now: nothing more is done for it.</summary>
    public bool IsLost { get => isLost; set => isLost = value; }

    /// <summary>Why the queue could not be told of it, so that another try follows.</summary>
    public Exception? Untold { get => untold; set => untold = value; }

    /// <summary>Whether it goes back untried, though something of it was given up.</summary>
    public bool IsToReturn { get => isToReturn; set => isToReturn = value; }

    /// <summary>What has come of it, for the sink.</summary>
    public Job<TOut> With<TOut>(TOut item) => Log is null ? job.With(item) : job.With(item) with { Log = Log.Lines };

    /// <summary>Settles the job, unless that has begun: then it is the task of that.</summary>
    public Task SettleOnce(Func<Task> settle)
    {
        lock (gate)
            return settlement ??= SettleAsync(settle);
    }

    private async Task SettleAsync(Func<Task> settle)
    {
        await settle().ConfigureAwait(false);
        Span.End(Failure);
    }
}
