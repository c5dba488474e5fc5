using Penstock.Links;
using Penstock.Stages;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Runs;

/// <summary>A stage that is being built: its input is connected, its output is not yet, so the next stage may still be fused with it.</summary>
internal abstract class OpenStage<TOut>
{
    /// <summary>Nests this stage in the next one: both will be one running stage.</summary>
    public abstract OpenStage<TNext> Fuse<TNext>(Stage next, Body<TOut, TNext> body);

    /// <summary>Closes this stage with a feed for the next one: a link, or in a sequential run its only worker.</summary>
    public abstract (IFeed<TOut> Feed, Link<TOut>? Link) Connect(Stage? next);

    /// <summary>Closes this stage as the last one, and returns its workers.</summary>
    public abstract IReadOnlyList<Worker<TOut>> End();

    public abstract OpenStage<TNext> Open<TNext>(Stage next, Body<TOut, TNext> body);
}

/// <inheritdoc/>
internal sealed class OpenStage<TIn, TOut>(RunBuilder builder, Stage stage, Body<TIn, TOut> body, (IFeed<TIn> Feed, Link<TIn>? Link)? input)
    : OpenStage<TOut>
{
    private string Name { get; init; } = stage.Name;

    private bool IsSource => input is null;

    // Several workers of a source interleave: there is no input whose order could be kept.
    private bool KeepsOrder => stage.Options.Ordered && !IsSource && builder.LineagesBehind(stage) is null or { KeepsOrder: true };

    public override OpenStage<TNext> Fuse<TNext>(Stage next, Body<TOut, TNext> nextBody)
    {
        var fused = builder.CrewOf(stage, next) is { } crew ? body.Fuse(stage.Name, nextBody, crew) : body.Fuse(stage.Name, nextBody, builder.HeadroomOf(stage, next));
        return new OpenStage<TIn, TNext>(builder, next, fused, input) { Name = $"{Name}+{next.Name}" };
    }

    public override OpenStage<TNext> Open<TNext>(Stage next, Body<TOut, TNext> nextBody) =>
        new OpenStage<TOut, TNext>(builder, next, nextBody, Connect(next));

    public override (IFeed<TOut> Feed, Link<TOut>? Link) Connect(Stage? next)
    {
        if (builder.IsSequential)
            return (AddHere(output: null, workers: 1)[0], null);

        var link = CreateLink(next);
        if (builder.IsInProcess(stage))
            Add(link, stage.Options.Workers, turnSet: builder.NextSets(), (running, index) => new ProcessWorker(running, index, body.Recipe!));
        else
            AddHere(link, stage.Options.Workers);
        return (link, link);
    }

    public override IReadOnlyList<Worker<TOut>> End() => AddHere(output: null, builder.IsSequential ? 1 : stage.Options.Workers);

    private List<Worker<TIn, TOut>> AddHere(Link<TOut>? output, int workers) =>
        Add(output, workers, turnSet: null, (running, index) => new Worker<TIn, TOut>(running, index, body, input?.Feed, output));

    // Only workers in other processes need a number for the set in which they wait for their turn.
    private List<TWorker> Add<TWorker>(Link<TOut>? output, int workers, int? turnSet, Func<RunningStage, int, TWorker> create)
        where TWorker : Worker
    {
        var sharesItems = workers > 1 && turnSet is null && !body.IsAsynchronous && builder.HasRealClock;
        var running = new RunningStage(builder.Run, Name, builder.OptionsOf(stage), IsSource, stage.Kind == StageKind.Sink)
        {
            HasInnerSource = body.HasInnerSource,
            CarriesLineage = builder.LineagesBehind(stage) is not null,
            Input = input?.Link,
            Output = output,
            Lead = sharesItems && input?.Link is { } link ? new Lead(link, workers) : null,
            Turns = workers > 1 && KeepsOrder && output is not null ? new Turns(workers) : null,
            TurnSet = turnSet ?? WaitSet.None,
        };
        if (turnSet is { } set && running.Turns is { } turns)
            turns.Waiting = new WaitSet(builder.Run.Memory!.At(running.Memory.Offset + StageRecord.TurnWaitingAt), set);

        if (running.Turns is not null)
            output!.KeepOrder(running, running.Turns);
        var added = new List<TWorker>(workers);
        for (var index = 0; index < workers; index++)
        {
            added.Add(create(running, index));
            running.Add(added[index]);
        }

        running.Connect();
        builder.Run.Add(running);
        return added;
    }

    private Link<TOut> CreateLink(Stage? next)
    {
        var options = stage.Options;
        var (producers, consumers) = (options.Workers, next?.Options.Workers ?? 1);
        var capacity = stage.CapacityBefore(consumers);
        var lineages = builder.LineagesBehind(stage);
        if (builder.IsShared(stage, next))
        {
            var shared = SharedLink<TOut>.Create(Name, new LinkPlan("", capacity, producers, consumers, KeepsOrder, builder.NextSets(), options.MaxInFlightBytes), builder.Run.Options.Serializer, builder.Run.Options.IsPortable, builder.Run.Options.FileSpace, options.SizeOf, lineages);
            builder.Run.Add(shared);
            return shared;
        }

        StageChecks.RequireMeasure(stage);
        var bytes = options.MaxInFlightBytes is { } limit ? new CountedBytes(limit, options.SizeOf) : null;
        return consumers == 1 && (producers == 1 || KeepsOrder)
            ? new SerialLink<TOut>(capacity, producers > 1, lineages, bytes)
            : new ParallelLink<TOut>(capacity, producers > 1, consumers > 1, KeepsOrder, lineages, bytes);
    }
}
