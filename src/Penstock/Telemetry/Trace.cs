using System.Diagnostics;
using Penstock.Runs;
using Penstock.Workers;

namespace Penstock.Telemetry;

/// <summary>One activity a run and one a worker, in the source <c>Penstock</c>; nothing unless somebody listens.</summary>
internal sealed class Trace(Run run)
{
    private static readonly ActivitySource Source = new("Penstock");

    private Activity? activity;

    public void StartRun()
    {
        // Without becoming the caller's current activity: the run may outlive the caller's method.
        var callers = Activity.Current;
        Listeners.Call(run.Log, () =>
        {
            activity = Source.CreateActivity("penstock.run", ActivityKind.Internal);
            activity?.SetTag("penstock.run", run.Name);
            activity?.Start();
        });
        Activity.Current = callers;
    }

    public Activity? StartWorker(Worker worker)
    {
        if (activity is null)
            return null;
        Activity? child = null;
        Listeners.Call(run.Log, () =>
        {
            child = Source.CreateActivity("penstock.worker", ActivityKind.Internal, activity.Context);
            child?.SetTag("penstock.stage", worker.Stage.Name);
            child?.SetTag("penstock.worker", worker.Index);
            child?.Start();
        });
        return child;
    }

    public void EndWorker(Activity? child)
    {
        if (child is not null)
            Listeners.Call(run.Log, child.Dispose);
    }

    /// <summary>The span of a tracked item in a worker. Becomes current.</summary>
    public Activity? StartItem(Worker worker, ActivityContext parent, DateTimeOffset at)
    {
        Activity? span = null;
        Listeners.Call(run.Log, () =>
        {
            span = Source.CreateActivity(worker.Stage.Name, ActivityKind.Internal, parent);
            span?.SetTag("penstock.stage", worker.Stage.Name);
            span?.SetTag("penstock.worker", worker.Index);
            span?.SetStartTime(at.UtcDateTime);
            span?.Start();
        });
        return span;
    }

    public void EndItem(Activity span, Exception? failure)
    {
        if (failure is not null)
            Fail(span, failure);
        EndWorker(span);
    }

    /// <summary>The same for an item that was in the hands of another process.</summary>
    public void AddItem(Worker worker, ActivityContext parent, DateTimeOffset from, TimeSpan duration)
    {
        if (StartItem(worker, parent, from) is not { } span)
            return;
        span.SetEndTime((from + duration).UtcDateTime);
        EndItem(span, failure: null);
    }

    public void EndRun()
    {
        if (activity is null)
            return;
        if (run.Failure is { } failure)
            Fail(activity, failure.Exception);
        var callers = Activity.Current; // whoever ends the run may be in the middle of something else
        Listeners.Call(run.Log, activity.Dispose);
        Listeners.Call(run.Log, () => Activity.Current = callers);
    }

    // A message is a getter of the user's: one that throws must not keep the run from its end.
    private void Fail(Activity span, Exception failure) => Listeners.Call(run.Log, () =>
    {
        span.SetStatus(ActivityStatusCode.Error); // also without it
        span.SetStatus(ActivityStatusCode.Error, failure.Message);
    });
}
