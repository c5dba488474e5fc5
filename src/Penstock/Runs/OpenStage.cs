using Penstock.Links;
using Penstock.Stages;
using Penstock.Workers;

namespace Penstock.Runs;

/// <summary>A stage that is being built: its input is connected, its output is not yet, so the next stage may still be fused with it.</summary>
internal abstract class OpenStage<TOut>
{
    /// <summary>Nests this stage in the next one: both will be one running stage.</summary>
    public abstract OpenStage<TNext> Fuse<TNext>(Stage next, Body<TOut, TNext> body);

    /// <summary>Closes this stage with a feed for the next one: a link, or in a sequential run its only worker.</summary>
    public abstract (IFeed<TOut> Feed, Link<TOut>? Link) Connect(int nextWorkers);

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
        var fused = body.Fuse(stage.Name, nextBody);
        return new OpenStage<TIn, TNext>(builder, next, fused, input) { Name = $"{Name}+{next.Name}" };
    }

    public override OpenStage<TNext> Open<TNext>(Stage next, Body<TOut, TNext> nextBody) =>
        new OpenStage<TOut, TNext>(builder, next, nextBody, Connect(next.Options.Workers));

    public override (IFeed<TOut> Feed, Link<TOut>? Link) Connect(int nextWorkers)
    {
        if (builder.IsSequential)
            return (Add(output: null, workers: 1)[0], null);

        var options = stage.Options;
        var bytes = options.MaxInFlightBytes is { } limit ? new ByteBudget(limit, options.SizeOf) : null;
        var link = CreateLink(stage.CapacityBefore(nextWorkers), nextWorkers, bytes);
        Add(link, options.Workers);
        return (link, link);
    }

    private Link<TOut> CreateLink(int capacity, int nextWorkers, ByteBudget? bytes)
    {
        var workers = stage.Options.Workers;
        if (!builder.Run.Options.SharesLinks || builder.IsTracked(stage))
        {
            return nextWorkers == 1 && (workers == 1 || KeepsOrder)
                ? new SerialLink<TOut>(capacity, workers > 1, builder.IsTracked(stage), bytes)
                : new ParallelLink<TOut>(capacity, workers > 1, nextWorkers > 1, KeepsOrder, builder.IsTracked(stage), bytes);
        }

        var plan = new LinkPlan("", capacity, workers, nextWorkers, KeepsOrder, builder.NextSet());
        return SharedLink<TOut>.Create(Name, plan, builder.Run.Options.Serializer, bytes);
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
}
