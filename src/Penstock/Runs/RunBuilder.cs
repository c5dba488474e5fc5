using Penstock.Buffers;
using Penstock.Stages;

namespace Penstock.Runs;

/// <summary>Turns a description into the stages, workers and links of one run.</summary>
internal sealed class RunBuilder(Run run)
{
    private readonly HashSet<Stage> tracked = [];
    private int lastSet = 1;

    public Run Run { get; } = run;

    public bool IsSequential => Run.Options.Execution == Execution.Sequential;

    /// <summary>Whether measured times mean anything: a test's clock says nothing of what an item costs.</summary>
    public bool HasRealClock => Run.Time == TimeProvider.System;

    /// <summary>Whether items behind a stage carry their lineage: those between a scattering and its gathering.</summary>
    public bool IsTracked(Stage stage) => tracked.Contains(stage.Origin);

    /// <summary>Whether the stage's workers are processes. Lineage does not cross, so what is between a scattering and its gathering stays here.</summary>
    public bool IsInProcess(Stage stage)
    {
        if (IsSequential || stage.IsolationIn(Run.Options) != Isolation.Process)
            return false;
        if (!IsTracked(stage))
            return true;
        return stage.Options.Isolation != Isolation.Process ? false : throw new PipelineDefinitionException(
            $"Stage '{stage.Name}' is inside a ScatterGather, whose stages cannot run in other processes yet: leave Isolation out there, or isolate a stage before or behind it.");
    }

    /// <summary>Whether the link between two stages lies between processes.</summary>
    public bool IsShared(Stage before, Stage? behind) => Run.Options.SharesLinks || IsInProcess(before) || (behind is not null && IsInProcess(behind));

    /// <summary>Numbers for two sets of waiting workers, those before a link and those behind it.</summary>
    public int NextSets() => lastSet += 2;

    public void Track(Stage from, Stage to)
    {
        Stage stage = to;
        for (; stage.Origin != from; stage = stage.Previous!)
            tracked.Add(stage.Origin);
        tracked.Add(stage.Origin);
    }

    /// <summary>
    /// Lock-step between two synchronous single workers is plain composition, so they run as such: on one thread, without a link.
    /// Not where something must happen between them: a time-out, a policy, a size to count.
    /// </summary>
    public bool Fuses(Stage stage, Stage next) =>
        !IsSequential
        && Run.Options.IdleTimeout is null
        && stage.Options is { MaxInFlight: 1, MaxInFlightBytes: null }
        && !typeof(IBuffer).IsAssignableFrom(stage.OutputType) // they end when the next one is asked for
        && CanNest(stage)
        && CanNest(next);

    private bool CanNest(Stage stage) =>
        stage.IsFusable
        && !IsInProcess(stage)
        && stage.Options is { Workers: 1, ItemTimeout: null, StartupTimeout: null }
        && stage.Options.Faults == FaultPolicy.Stop;
}
