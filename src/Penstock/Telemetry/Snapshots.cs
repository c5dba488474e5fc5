using Penstock.Runs;
using Penstock.Workers;

namespace Penstock.Telemetry;

/// <summary>Reads a run from outside.</summary>
internal static class Snapshots
{
    public static PipelineSnapshot Of(Run run)
    {
        var stages = run.Stages.Select(Of).ToArray();
        var (bottleneck, words) = Verdict.Of(run, stages);
        return new PipelineSnapshot { Name = run.Name, Elapsed = run.Elapsed, Stages = stages, Bottleneck = bottleneck, Verdict = words };
    }

    private static StageSnapshot Of(RunningStage stage) => new()
    {
        Name = stage.Name,
        Workers = [.. stage.Workers.Select(Of)],
        InFlight = stage.Output?.InFlight ?? 0,
        MaxInFlight = stage.Output?.Capacity ?? 0,
    };

    private static WorkerSnapshot Of(Worker worker) => new()
    {
        Index = worker.Index,
        ItemsIn = Volatile.Read(ref worker.ItemsIn),
        ItemsOut = Volatile.Read(ref worker.ItemsOut),
        Busy = worker.Times.Busy,
        Starved = worker.Times.Starved,
        Blocked = worker.Times.Blocked,
        Restarts = worker.Restarts,
        DeadLetters = worker.DeadLetters,
        Activity = worker.Activity(),
    };
}
