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
    private bool KeepsOrder => stage.Options.Ordered && !IsSource;

    public override OpenStage<TNext> Fuse<TNext>(Stage next, Body<TOut, TNext> nextBody)
    {
        var fused = body.Fuse(stage.Name, nextBody, builder.HeadroomOf(stage, next));
        return new OpenStage<TIn, TNext>(builder, next, fused, input) { Name = $"{Name}+{next.Name}" };
    }

    public override OpenStage<TNext> Open<TNext>(Stage next, Body<TOut, TNext> nextBody) =>
        new OpenStage<TOut, TNext>(builder, next, nextBody, Connect(next));

    public override (IFeed<TOut> Feed, Link<TOut>? Link) Connect(Stage? next)
    {
        if (builder.IsSequential)
            return (Add(output: null, workers: 1)[0], null);

        var link = CreateLink(next);
        if (builder.IsInProcess(stage))
            AddProcesses(link);
        else
            Add(link, stage.Options.Workers);
        return (link, link);
    }

    public override IReadOnlyList<Worker<TOut>> End() => Add(output: null, builder.IsSequential ? 1 : stage.Options.Workers);

    private List<Worker<TIn, TOut>> Add(Link<TOut>? output, int workers)
    {
        var running = new RunningStage(builder.Run, Name, stage.Options, IsSource, stage.Kind == StageKind.Sink)
        {
            HasInnerSource = body.HasInnerSource,
            Input = input?.Link,
            Output = output,
            Lead = workers > 1 && !body.IsAsynchronous && builder.HasRealClock && input?.Link is { } link ? new Lead(link) : null,
            Turns = workers > 1 && KeepsOrder && output is not null ? new Turns(workers) : null,
        };
        var added = new List<Worker<TIn, TOut>>(workers);
        for (var index = 0; index < workers; index++)
        {
            var worker = new Worker<TIn, TOut>(running, index, body, input?.Feed, output);
            running.Add(worker);
            added.Add(worker);
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
        var bytes = options.MaxInFlightBytes is { } limit ? new ByteBudget(limit, options.SizeOf) : null;
        var isTracked = builder.IsTracked(stage);
        if (builder.IsShared(stage, next) && !isTracked)
            return SharedLink<TOut>.Create(Name, new LinkPlan("", capacity, producers, consumers, KeepsOrder, builder.NextSets()), builder.Run.Options.Serializer, bytes);
        return consumers == 1 && (producers == 1 || KeepsOrder)
            ? new SerialLink<TOut>(capacity, producers > 1, isTracked, bytes)
            : new ParallelLink<TOut>(capacity, producers > 1, consumers > 1, KeepsOrder, isTracked, bytes);
    }

    private void AddProcesses(Link<TOut> output)
    {
        var options = stage.Options;
        var memory = builder.Run.Memory!;
        var record = memory.Allocate(System.Runtime.CompilerServices.Unsafe.SizeOf<StageRecord>());
        var turnSet = builder.NextSets();
        var running = new RunningStage(builder.Run, Name, options, IsSource, isSink: false, record)
        {
            HasInnerSource = body.HasInnerSource,
            Input = input?.Link,
            Output = output,
            TurnSet = turnSet,
            Turns = options.Workers > 1 && KeepsOrder
                ? new Turns(options.Workers) { Waiting = new WaitSet(memory.At(record.Offset + StageRecord.TurnWaitingAt), turnSet) }
                : null,
        };
        for (var index = 0; index < options.Workers; index++)
            running.Add(new ProcessWorker(running, index, body.Recipe!));
        running.Connect();
        builder.Run.Add(running);
    }
}
