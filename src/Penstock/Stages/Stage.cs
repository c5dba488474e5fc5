using Penstock.Runs;
using Penstock.Stages.Crossing;

namespace Penstock.Stages;

internal enum StageKind
{
    Source,
    Stage,
    Sink,
}

/// <summary>One step of a pipeline's description. Immutable; holds the step before it, so the last one is the whole pipeline.</summary>
internal abstract class Stage
{
    protected Stage(StageKind kind, string name, StageOptions? options, Stage? previous)
    {
        Kind = kind;
        Options = options ?? new StageOptions();
        Name = Options.Name ?? name;
        Previous = previous;
    }

    public StageKind Kind { get; }

    /// <summary>The stage that this one was before item-wise operators were appended to it, or split off from it.</summary>
    public Stage Origin { get => field ?? this; init; }

    public string Name { get; }

    public StageOptions Options { get; }

    public Stage? Previous { get; }

    /// <summary>A source given as an object, or an engine stage: one instance, whatever happens.</summary>
    public bool IsSingle { get; init; }

    /// <summary>By how many scatterings more than in front of this stage the items behind it are scattered: 1, 0 or -1.</summary>
    public int Scatters { get; init; }

    /// <summary>Whether it may hold items back until others come, without an end to that.</summary>
    public bool HoldsBack { get; init; }

    /// <summary>Whether this stage has a result: a sink that returns something.</summary>
    public bool HasResult { get; init; }

    public abstract Body Body { get; }

    public bool IsAsynchronous => Body.IsAsynchronous;

    /// <summary>Whether the function may be nested in its neighbours.</summary>
    public bool IsFusable => Body is { IsFusable: true, IsAsynchronous: false };

    public abstract Type OutputType { get; }

    /// <summary>What of this stage runs in another process, if it is to run there: see <see cref="Stage{TOut}.Split"/>.</summary>
    public abstract Stage PartInProcess { get; }

    /// <summary>How far the stage's workers are kept apart in a run.</summary>
    public Isolation IsolationIn(RunOptions run)
    {
        // Sources given as objects, and sinks, stay with the caller; asynchronous stages run as tasks.
        var isOverridable = Kind == StageKind.Source ? !IsSingle : Kind == StageKind.Stage && !IsAsynchronous;
        var isolation = isOverridable ? run.Isolation ?? Options.Isolation : Options.Isolation;

        // The engine's own stages, and operators split off from a stage, share memory with their neighbours in this process. So does a batch
        // of parts: only here it sees that no more of them can come.
        return isolation == Isolation.Process && Kind == StageKind.Stage && (Body.Recipe is null || (HoldsBack && IsAmongParts)) ? Isolation.Thread : isolation;
    }

    /// <summary>Whether an appended operator can go into another process with its stage.</summary>
    public static bool Crosses(Recipe operation) => Obstacles.Find(operation, isSource: false) is null;

    /// <summary>The whole pipeline up to this stage, source first.</summary>
    public IEnumerable<Stage> Path()
    {
        var path = new Stack<Stage>();
        for (var stage = this; stage is not null; stage = stage.Previous)
            path.Push(stage);
        return path;
    }

    // Whether it lies between a scattering and its gathering.
    private bool IsAmongParts
    {
        get
        {
            var scatters = 0;
            for (var before = Previous; before is not null && scatters <= 0; before = before.Previous)
                scatters += before.Scatters;
            return scatters > 0;
        }
    }

    /// <summary>The capacity of the link between this stage and the next.</summary>
    /// <param name="nextWorkers">How many workers the next stage has.</param>
    public int CapacityBefore(int nextWorkers) => Options.MaxInFlight ?? Options.Workers + nextWorkers + 2;
}

/// <summary>A stage with outputs of a known type.</summary>
internal abstract class Stage<TOut> : Stage
{
    protected Stage(StageKind kind, string name, StageOptions? options, Stage? previous)
        : base(kind, name, options, previous)
    {
    }

    public override Type OutputType => typeof(TOut);

    /// <summary>Appends an item-wise operator to this stage.</summary>
    public abstract Stage<TNext> Append<TNext>(ItemOperator<TOut, TNext> operation);

    /// <summary>
    /// This stage with those appended operators that stay, and behind it, as a stage of this process, the operators from the first that
    /// does not. Itself if all stay.
    /// </summary>
    /// <param name="stays">Whether an operator stays.</param>
    public abstract Stage<TOut> Split(Func<Recipe, bool> stays);

    /// <summary>This stage, with an operator that cannot cross as a stage behind it.</summary>
    public abstract Stage<TNext> SplitOff<TNext>(ItemOperator<TOut, TNext> operation);

    /// <summary>Builds this stage, and all before it, into a run; its output is still open.</summary>
    public abstract OpenStage<TOut> Build(RunBuilder builder);
}

/// <inheritdoc/>
internal sealed class Stage<TIn, TOut> : Stage<TOut>
{
    private readonly Stage<TIn>? previous;
    private readonly Body<TIn, TOut> body;

    public Stage(StageKind kind, string name, Body<TIn, TOut> body, StageOptions? options, Stage<TIn>? previous)
        : base(kind, StageName.Of(body.Function) ?? name, options, previous)
    {
        this.body = body;
        this.previous = previous;
    }

    /// <summary>Called when a run is built, before the stages in front of this one are.</summary>
    public Action<RunBuilder>? OnBuild { get; init; }

    /// <summary>How this stage came from another by appending an operator, if it did.</summary>
    public AppendedOperator<TOut>? Appended { get; init; }

    public override Body Body => body;

    public override Stage<TNext> Append<TNext>(ItemOperator<TOut, TNext> operation) =>
        new Stage<TIn, TNext>(Kind, Name, body.Append(operation), Options, previous)
        {
            IsSingle = IsSingle,
            Scatters = Scatters,
            HoldsBack = HoldsBack,
            OnBuild = OnBuild,
            Origin = Origin,
            Appended = new AppendedOperator<TOut, TNext>(this, operation),
        }.Checked();

    public override Stage PartInProcess => Split(Crosses) is var split && split == this ? this : split.Previous!;

    public override Stage<TOut> Split(Func<Recipe, bool> stays) => Appended?.Split(this, stays) ?? this;

    public override Stage<TNext> SplitOff<TNext>(ItemOperator<TOut, TNext> operation)
    {
        // What the user says of the link is meant for the link behind the operators: only their outputs can be measured.
        var crossing = new Stage<TIn, TOut>(Kind, Name, body, Options with { MaxInFlightBytes = null, SizeOf = null }, previous)
        {
            IsSingle = IsSingle,
            Scatters = Scatters,
            HoldsBack = HoldsBack,
            OnBuild = OnBuild,
            Origin = Origin,
            Appended = Appended,
        };
        var rest = new StageOptions
        {
            MaxInFlight = Options.MaxInFlight,
            MaxInFlightBytes = Options.MaxInFlightBytes,
            SizeOf = Options.SizeOf,
            ItemTimeout = Options.ItemTimeout,
            Faults = Options.Faults,
        };
        return new Stage<TOut, TNext>(StageKind.Stage, operation.Name, operation.ToLocalBody(), rest, crossing) { Origin = Origin };
    }

    public override OpenStage<TOut> Build(RunBuilder builder)
    {
        if (SplitIn(builder) is var split && split != this)
            return split.Build(builder);
        OnBuild?.Invoke(builder);
        if (previous is null)
            return new OpenStage<TIn, TOut>(builder, this, body, input: null);
        builder.Follow(previous, this);
        var upstream = previous.Build(builder);
        return builder.Fuses(previous, this) ? upstream.Fuse(this, body) : upstream.Open(this, body);
    }

    // Into another process goes what can cross. And an operator that fails must fail its item alone, where items are tracked: so none
    // stays in a stage of the engine, which holds several.
    private Stage<TOut> SplitIn(RunBuilder builder) =>
        builder.Run.TracksItems && !body.IsFusable ? Split(static _ => false)
        : builder.IsInProcess(this) ? Split(Crosses)
        : this;
}

