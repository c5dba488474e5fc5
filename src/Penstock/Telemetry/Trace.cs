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

    public void EndRun()
    {
        if (activity is null)
            return;
        if (run.Failure is { } failure)
            activity.SetStatus(ActivityStatusCode.Error, failure.Exception.Message);
        Listeners.Call(run.Log, activity.Dispose);
    }
}
