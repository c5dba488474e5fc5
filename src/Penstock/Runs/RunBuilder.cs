using Penstock.Links;
using Penstock.Stages;

namespace Penstock.Runs;

/// <summary>Turns a description into the stages, workers and links of one run.</summary>
internal sealed class RunBuilder(Run run)
{
    private readonly Dictionary<Stage, Lineages> tracked = [];
    private int lastSet = 1;

    public Run Run { get; } = run;

    public bool IsSequential => Run.Options.Execution == Execution.Sequential;

    /// <summary>Whether measured times mean anything: a test's clock says nothing of what an item costs.</summary>
    public bool HasRealClock => Run.Time == TimeProvider.System;

    /// <summary>The lineages that items behind a stage carry: those between a scattering and its gathering.</summary>
    public Lineages? LineagesBehind(Stage stage) => tracked.GetValueOrDefault(stage.Origin);

    /// <summary>Whether the stage's workers are processes.</summary>
    public bool IsInProcess(Stage stage) => !IsSequential && stage.IsolationIn(Run.Options) == Isolation.Process;

    /// <summary>Whether the link between two stages lies between processes.</summary>
    public bool IsShared(Stage before, Stage? behind) => Run.Options.SharesLinks || IsInProcess(before) || (behind is not null && IsInProcess(behind));

    /// <summary>Numbers for two sets of waiting workers, those before a link and those behind it.</summary>
    public int NextSets() => lastSet += 2;

    /// <summary>Items behind these stages carry their lineage. An inner scattering is told of behind the one around it.</summary>
    public void Track(Stage from, Stage to, Lineages lineages)
    {
        var stage = to;
        for (; stage.Origin != from; stage = stage.Previous!)
            tracked[stage.Origin] = lineages;
        tracked[from] = lineages;
    }

    /// <summary>
    /// Lock-step between two synchronous single workers is plain composition, so they run as such: on one thread, without a link.
    /// Not where something must happen between them: a time-out, a policy, a size to count.
    /// </summary>
    public bool Fuses(Stage stage, Stage next) =>
        !IsSequential
        && Run.Options.IdleTimeout is null
        && stage.Options is { MaxInFlight: 1, MaxInFlightBytes: null }
        && CanNest(stage)
        && CanNest(next);

    private bool CanNest(Stage stage) =>
        stage.IsFusable
        && !IsInProcess(stage)
        && stage.Options is { Workers: 1, ItemTimeout: null, StartupTimeout: null }
        && stage.Options.Faults == FaultPolicy.Stop;
}
