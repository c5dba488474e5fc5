using Penstock.Links;
using Penstock.Processes;

namespace Penstock.Stages;

/// <summary>What can be known to be wrong when a stage is described: each error names the stage and the cure.</summary>
internal static class StageChecks
{
    private const int MostWorkers = 4096;
    private const int LargestLink = 1 << 24;

    public static TStage Checked<TStage>(this TStage stage)
        where TStage : Stage
    {
        CheckValues(stage);
        switch (stage.Kind)
        {
            case StageKind.Source:
                CheckSource(stage);
                break;
            case StageKind.Sink:
                CheckSink(stage);
                break;
        }

        if (stage.IsSingle)
            Require(stage, stage.Options.Workers == 1, $"has {stage.Options.Workers} workers, but there is only one of it: leave Workers at 1");
        return stage;
    }

    /// <summary>Within a process, items are counted by their own measure, or by the user's.</summary>
    public static void RequireMeasure(Stage stage) => Require(
        stage,
        stage.Options is { MaxInFlightBytes: null } or { SizeOf: not null } || Measure.Knows(stage.OutputType),
        $"has MaxInFlightBytes, but items of type {stage.OutputType.Name} do not measure themselves: set SizeOf");

    private static void CheckValues(Stage stage)
    {
        var o = stage.Options;
        Require(stage, o.Name is null || o.Name.Trim().Length > 0, "has a blank Name: leave it out, or give it letters");
        Require(stage, o.Workers is >= 1 and <= MostWorkers, $"has Workers = {o.Workers}: use 1 to {MostWorkers}");
        Require(stage, o.MaxInFlight is null or >= 1 and <= LargestLink, $"has MaxInFlight = {o.MaxInFlight}: use 1 to {LargestLink}");
        Require(
            stage,
            o.MaxInFlight is null || o.MaxInFlight >= o.Workers,
            $"has MaxInFlight = {o.MaxInFlight} for {o.Workers} workers, each of which needs a slot: raise MaxInFlight to {o.Workers} or more, or take fewer workers");
        Require(stage, o.MaxInFlightBytes is null or >= 1, $"has MaxInFlightBytes = {o.MaxInFlightBytes}: use 1 or more");
        if (o.Isolation != Isolation.Process)
            RequireMeasure(stage); // else it depends on the run
        Require(stage, o.ItemTimeout is null || o.ItemTimeout > TimeSpan.Zero, $"has ItemTimeout = {o.ItemTimeout}: use more than 0, or leave it out");
        Require(stage, o.StartupTimeout is null || o.StartupTimeout > TimeSpan.Zero, $"has StartupTimeout = {o.StartupTimeout}: use more than 0, or leave it out");
        Require(stage, Enum.IsDefined(o.Isolation), $"has Isolation = {(int)o.Isolation}, which is none of the levels");
        Require(stage, o.Faults is not null, "has Faults = null: use FaultPolicy.Stop, Skip or Retry");
        Require(stage, o.MemoryLimit is null or >= MemoryShare.LeastLimit, $"has MemoryLimit = {o.MemoryLimit}: use {MemoryShare.LeastLimit} (4 MiB) or more, which the runtime needs to start");
        Require(stage, o.RecycleAfter is null or >= 1, $"has RecycleAfter = {o.RecycleAfter}: use 1 or more");
        Require(stage, o.RecycleAboveMemory is null or >= 1, $"has RecycleAboveMemory = {o.RecycleAboveMemory}: use 1 or more");
    }

    private static void CheckSource(Stage stage) =>
        Require(
            stage,
            stage.Options.Faults == FaultPolicy.Stop,
            $"is a source with Faults = {stage.Options.Faults}: a source holds no item to skip or retry; catch the exception inside it");

    private static void CheckSink(Stage stage)
    {
        var o = stage.Options;
        Require(stage, o.MaxInFlight is null && o.MaxInFlightBytes is null, "is a sink with MaxInFlight: there is no link behind it; set it on the stage before");
        Require(
            stage,
            o.Faults == FaultPolicy.Stop,
            $"is a sink with Faults = {o.Faults}: a sink that is started afresh would forget what it has; put the fallible part in a stage before it");
        Require(
            stage,
            !stage.HasResult || o.Workers == 1,
            $"is a sink with a result and {o.Workers} workers, which would make {o.Workers} results: use 1 worker, or a stage before it");
    }

    private static void Require(Stage stage, bool holds, string complaint)
    {
        if (!holds)
            throw new PipelineDefinitionException($"Stage '{stage.Name}' {complaint}.");
    }
}
