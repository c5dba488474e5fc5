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
        activity = Source.CreateActivity("penstock.run", ActivityKind.Internal);
        activity?.SetTag("penstock.run", run.Name);
        if (activity is null)
            return;

        // Started without becoming the caller's current activity: the run may outlive the caller's method.
        var callers = Activity.Current;
        activity.Start();
        Activity.Current = callers;
    }

    public Activity? StartWorker(Worker worker)
    {
        if (activity is null)
            return null;
        var child = Source.StartActivity("penstock.worker", ActivityKind.Internal, activity.Context);
        child?.SetTag("penstock.stage", worker.Stage.Name);
        child?.SetTag("penstock.worker", worker.Index);
        return child;
    }

    public void EndRun()
    {
        if (run.Failure is { } failure)
            activity?.SetStatus(ActivityStatusCode.Error, failure.Exception.Message);
        activity?.Dispose();
    }
}
