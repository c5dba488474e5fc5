using System.Diagnostics;

namespace Penstock.Hosting.Workers;

/// <summary>A job's span, from its pulling to its settlement: a child of the span in which it was submitted, the parent of those of its stages.</summary>
internal sealed class JobSpan
{
    /// <summary>Of a job that nobody follows.</summary>
    public static readonly JobSpan None = new(log: null, default);

    private static readonly ActivitySource Source = new("Penstock");

    private readonly WorkerLog? log;
    private Activity? activity;

    private JobSpan(WorkerLog? log, ActivityContext submitted)
    {
        this.log = log;
        Context = submitted;
    }

    /// <summary>Of the span; if nobody listens here, of the submitter's, so that what the stages call continues that.</summary>
    public ActivityContext Context { get; private set; }

    public static JobSpan Begin<T>(Job<T> job, WorkerLog log)
    {
        _ = ActivityContext.TryParse(job.TraceParent, job.TraceState, isRemote: true, out var submitted);
        var span = new JobSpan(log, submitted);
        var current = Activity.Current;
        Activity.Current = null; // a job without a trace begins one
        span.Call(() => span.Start(job.Id, job.Attempt));
        Activity.Current = current;
        return span;
    }

    public void End(Exception? failure)
    {
        if (failure is not null)
            Call(() => activity?.SetStatus(ActivityStatusCode.Error, failure.Message));
        Call(() => activity?.Dispose());
    }

    private void Start(string job, int attempt)
    {
        activity = Source.CreateActivity("penstock.job", ActivityKind.Consumer, Context);
        activity?.SetTag("penstock.job", job);
        activity?.SetTag("penstock.attempt", attempt);
        activity?.Start();
        Context = activity?.Context ?? Context;
    }

    // Listeners are the user's, and may throw; jobs do not depend on them.
    private void Call(Action listeners)
    {
        try
        {
            listeners();
        }
        catch (Exception exception)
        {
            log?.ListenerFailed(exception);
        }
    }
}
