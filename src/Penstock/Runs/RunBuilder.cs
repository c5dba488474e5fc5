using Penstock.Buffers;
using Penstock.Links;
using Penstock.Stages;
using Penstock.Stages.Ahead;
using Penstock.Stages.Crews;

namespace Penstock.Runs;

/// <summary>Turns a description into the stages, workers and links of one run.</summary>
internal sealed class RunBuilder(Run run)
{
    private readonly Dictionary<Stage, Lineages> tracked = [];
    private readonly Dictionary<Stage, Stage> nextOf = [];
    private int lastSet = 1;

    public Run Run { get; } = run;

    public bool IsSequential => Run.Options.Execution == Execution.Sequential;

    /// <summary>Whether measured times mean anything: a test's clock says nothing of what an item costs.</summary>
    public bool HasRealClock => Run.Time == TimeProvider.System;

    /// <summary>The lineages that items behind a stage carry: those between a scattering and its gathering.</summary>
    public Lineages? LineagesBehind(Stage stage) => tracked.GetValueOrDefault(stage.Origin);

    /// <summary>The stage's options in this run: where items are tracked, what fails on one fails it alone.</summary>
    public StageOptions OptionsOf(Stage stage) =>
        Run.TracksItems && stage is { Kind: StageKind.Stage, Body.IsFusable: true } && stage.Options.Faults == FaultPolicy.Stop
            ? stage.Options with { Faults = FaultPolicy.Skip }
            : stage.Options;

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

    /// <summary>The same from the source on: items are tracked to their end.</summary>
    public void TrackAll(Stage source, Stage last, Lineages lineages)
    {
        Run.TracksItems = true;
        Track(source, last, lineages);
    }

    /// <summary>
    /// Lock-step between two synchronous single workers is plain composition, so they are run as such: on one thread, without a link.
    /// So is a stage that wants no thread of its own, which then may run ahead of its consumer; and so are several such workers, whose consumer may be a task.
    /// Not where something must happen between them: a time-out, a policy, a size to count, a part whose whole must be known.
    /// </summary>
    public bool Fuses(Stage stage, Stage next) => HasCrew(stage) || (NeedsNoLink(stage) && CanNest(stage) && (CanNest(next) || HasCrew(next)));

    /// <summary>Tells which stage comes behind another, before that one is built.</summary>
    public void Follow(Stage stage, Stage next) => nextOf[stage] = next;

    /// <summary>How the workers of a stage are run that is fused with the one before it; null if it has but one.</summary>
    public CrewPlan? CrewOf(Stage stage, Stage next) => next.Options.Workers == 1 ? null
        : new(next.Name, next.Options.Workers, stage.CapacityBefore(next.Options.Workers), next.CapacityBefore(nextWorkers: 1), next.Options.Ordered, nextOf[next].Body.IsAsynchronous);

    /// <summary>How far a stage that is fused with the next one may run ahead of it; null for not at all.</summary>
    public Headroom? HeadroomOf(Stage stage, Stage next) =>
        MayRunAhead(stage) && stage.Options.Workers == 1 && stage.CapacityBefore(next.Options.Workers) is > 1 and var capacity && (HasRealClock || Run.Options.CreatePace is not null) ? new Headroom(stage.Name, capacity) : null;

    // Whoever runs ahead takes along what is nested in the stage, and waits for the items of all of that: so it may hold neither a
    // stage that has a thread for life, nor a link from a process, which could not wake it.
    private bool MayRunAhead(Stage stage)
    {
        if (stage.IsolationIn(Run.Options) != Isolation.None || LineagesBehind(stage) is not null)
            return false;
        for (var next = stage; next.Previous is { } before; next = before)
        {
            if (IsShared(before, next))
                return false;
            if (before.IsolationIn(Run.Options) != Isolation.None)
                return before.Options.MaxInFlight != 1; // else it is nested
        }

        return true;
    }

    private bool NeedsNoLink(Stage stage) =>
        !IsSequential
        && Run.Options.IdleTimeout is null
        && !typeof(IBuffer).IsAssignableFrom(stage.OutputType) // they end when the next one is asked for
        && stage.Options.MaxInFlightBytes is null
        && (stage.Options.MaxInFlight == 1 || MayRunAhead(stage));

    private bool CanNest(Stage stage) => stage is { Body.IsAsynchronous: false, Options.Workers: 1 } && MayBeNested(stage);

    private bool MayBeNested(Stage stage) =>
        !IsInProcess(stage)
        && stage is { Body.IsFusable: true, Options: { ItemTimeout: null, StartupTimeout: null } }
        && OptionsOf(stage).Faults == FaultPolicy.Stop;

    /// <summary>
    /// Whether several workers are run without a thread for each of them: where all before them, to the source, is nested in them, and they
    /// are nested in a single consumer.
    /// </summary>
    private bool HasCrew(Stage stage) =>
        stage is { Kind: StageKind.Stage, Body.IsAsynchronous: false, Previous: { } before, Options.Workers: > 1 and var workers }
        && MayBeNested(stage)
        && NeedsNoLink(before)
        && NeedsNoLink(stage)
        && (HasRealClock || Run.Options.CreateStaffing is not null)
        && nextOf.TryGetValue(stage, out var next) && next.Options.Workers == 1 && MayBeNested(next) // a thread or a task
        && before.CapacityBefore(workers) >= workers
        && IsNestedToTheSource(before);

    private bool IsNestedToTheSource(Stage stage) =>
        stage.IsolationIn(Run.Options) == Isolation.None
        && CanNest(stage)
        && (stage.Previous is not { } before || (Fuses(before, stage) && IsNestedToTheSource(before)));
}
