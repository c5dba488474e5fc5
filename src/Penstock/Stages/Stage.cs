using Penstock.Runs;

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

    /// <summary>The stage that this one was before item-wise operators were appended to it.</summary>
    public Stage Origin { get => field ?? this; init; }

    public string Name { get; }

    public StageOptions Options { get; }

    public Stage? Previous { get; }

    /// <summary>A source given as an object, or an engine stage: one instance, whatever happens.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Whether this stage has a result: a sink that returns something.</summary>
    public bool HasResult { get; init; }

    public abstract bool IsAsynchronous { get; }

    /// <summary>Whether the function may be nested in its neighbours.</summary>
    public abstract bool IsFusable { get; }

    public abstract Type OutputType { get; }

    /// <summary>The whole pipeline up to this stage, source first.</summary>
    public IEnumerable<Stage> Path()
    {
        var path = new Stack<Stage>();
        for (var stage = this; stage is not null; stage = stage.Previous)
            path.Push(stage);
        return path;
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

    public override bool IsAsynchronous => body.IsAsynchronous;

    public override bool IsFusable => body.IsFusable && !body.IsAsynchronous;

    public override Stage<TNext> Append<TNext>(ItemOperator<TOut, TNext> operation) =>
        new Stage<TIn, TNext>(Kind, Name, body.Append(operation), Options, previous) { IsSingle = IsSingle, OnBuild = OnBuild, Origin = Origin }.Checked();

    public override OpenStage<TOut> Build(RunBuilder builder)
    {
        OnBuild?.Invoke(builder);
        if (previous is null)
            return new OpenStage<TIn, TOut>(builder, this, body, input: null);
        var upstream = previous.Build(builder);
        return builder.Fuses(previous, this) ? upstream.Fuse(this, body) : upstream.Open(this, body);
    }
}
