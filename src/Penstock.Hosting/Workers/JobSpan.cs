using System.Diagnostics;

namespace Penstock.Hosting.Workers;

/// <summary>A job's span, from its pulling to its settlement: a child of the span in which it was submitted, the parent of those of its stages.</summary>
internal sealed class JobSpan
{
    private static readonly ActivitySource Source = new("Penstock");

    private readonly Activity? activity;

    private JobSpan(Activity? activity, ActivityContext context)
    {
        this.activity = activity;
        Context = context;
    }

    /// <summary>Of the span; if nobody listens here, of the submitter's, so that what the stages call continues that.</summary>
    public ActivityContext Context { get; }

    public static JobSpan Begin<T>(Job<T> job)
    {
        _ = ActivityContext.TryParse(job.TraceParent, job.TraceState, isRemote: true, out var submitted);
        var current = Activity.Current;
        Activity.Current = null; // a job without a trace begins one
        var span = Source.CreateActivity("penstock.job", ActivityKind.Consumer, submitted);
        span?.SetTag("penstock.job", job.Id);
        span?.SetTag("penstock.attempt", job.Attempt);
        span?.Start();
        Activity.Current = current;
        return new JobSpan(span, span?.Context ?? submitted);
    }

    public void End(Exception? failure)
    {
        if (failure is not null)
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
        activity?.Dispose();
    }
}
