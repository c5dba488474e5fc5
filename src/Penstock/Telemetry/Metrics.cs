using System.Diagnostics.Metrics;
using Penstock.Runs;

namespace Penstock.Telemetry;

/// <summary>The meter <c>Penstock</c>. Stages are read from outside when somebody collects; running costs nothing.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("Penstock");
    private static readonly Counter<long> Started = Meter.CreateCounter<long>("penstock.runs.started", "{run}", "Runs started");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("penstock.run.duration", "s", "How long a run took, by outcome");

    static Metrics()
    {
        Meter.CreateObservableCounter("penstock.stage.items", () => PerStage(s => s.ItemsOut), "{item}", "Items a stage handed on");
        Meter.CreateObservableUpDownCounter("penstock.link.in_flight", () => PerStage(s => s.InFlight), "{item}", "Items on the link behind a stage");
        Meter.CreateObservableCounter("penstock.stage.busy", () => PerStage(s => s.Busy.TotalSeconds), "s", "Time in user code, all workers");
        Meter.CreateObservableCounter("penstock.stage.starved", () => PerStage(s => s.Starved.TotalSeconds), "s", "Time waiting for an item, all workers");
        Meter.CreateObservableCounter("penstock.stage.blocked", () => PerStage(s => s.Blocked.TotalSeconds), "s", "Time waiting for a slot, all workers");
        Meter.CreateObservableCounter("penstock.stage.dead_letters", () => PerStage(s => (long)s.DeadLetters), "{item}", "Items given up");
        Meter.CreateObservableCounter("penstock.stage.restarts", () => PerStage(s => (long)s.Restarts), "{restart}", "Generators started afresh");
    }

    public static void OnStarted(Run run) => Listeners.Call(run.Log, () => Started.Add(1));

    public static void OnEnded(Run run)
    {
        var outcome = run.Failure is not null ? "failed" : run.IsAborted ? "aborted" : "succeeded";
        Listeners.Call(run.Log, () => Durations.Record(run.Elapsed.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome)));
    }

    private static IEnumerable<Measurement<T>> PerStage<T>(Func<StageSnapshot, T> value)
        where T : struct
    {
        foreach (var run in PipelineRun.Active)
        {
            var snapshot = run.Snapshot();
            foreach (var stage in snapshot.Stages)
                yield return new Measurement<T>(value(stage), new("run", snapshot.Name), new KeyValuePair<string, object?>("stage", stage.Name));
        }
    }
}
