using Penstock.Links;
using Penstock.Stages;

namespace Penstock;

public sealed partial class Pipeline<T>
{
    /// <summary>
    /// Splits each item into parts, sends the parts of several items through an inner pipeline, and puts each item together
    /// again, in the order of the items. The inner pipeline runs once, for all items: its workers keep their state.
    /// </summary>
    /// <remarks>
    /// Inner stages must treat parts independently and take all of them. A part that an inner stage gives up (Skip, Retry) fails
    /// its own item, which goes to the dead letters too, and no other. A batch inside holds parts of one item only.
    /// A disposable item that is never gathered is disposed when the run ends. If it goes on as one of its own parts it belongs to the inner stages, and so does an element of an array.
    /// In a sequential run an item's result comes after the first parts of the next one: what the inner stages have of it is known when they ask for more.
    /// </remarks>
    /// <typeparam name="TPart">What an item is split into.</typeparam>
    /// <typeparam name="TDone">What comes out of the inner pipeline; a part may become none, one or several.</typeparam>
    /// <typeparam name="TOut">What flows out.</typeparam>
    /// <param name="scatter">Splits an item; usually a generator.</param>
    /// <param name="inner">Adds the inner stages to the pipeline of parts.</param>
    /// <param name="gather">Called with an item and its results, in the order of its parts, also with none.</param>
    /// <param name="maxOpen">How many items may be open (scattered, not gathered) at once: 1 or more, default 2. Memory is theirs.</param>
    /// <exception cref="PipelineDefinitionException"><paramref name="maxOpen"/> is out of range, or <paramref name="inner"/> does not continue the pipeline it is given.</exception>
    public Pipeline<TOut> ScatterGather<TPart, TDone, TOut>(
        Func<T, IEnumerable<TPart>> scatter,
        Func<Pipeline<TPart>, Pipeline<TDone>> inner,
        Func<T, IReadOnlyList<TDone>, TOut> gather,
        int maxOpen = 2)
    {
        Required(scatter);
        Required(inner);
        Required(gather);
        Refuse.TaskLike<TOut>("Gather");
        var scatterName = StageName.Of(scatter) ?? "Scatter";
        if (maxOpen < 1)
            throw new PipelineDefinitionException($"Stage '{scatterName}' has maxOpen = {maxOpen}: use 1 or more.");

        var shared = new PerRun<Scattering<T>>(() => new Scattering<T>(maxOpen));
        var first = new Stage<T, TPart>(
            StageKind.Stage,
            scatterName,
            new Body<T, TPart>(scatter) { IsFusable = false, IsTraced = true, Synchronous = (items, _) => shared.Of(items).Scatter((Reader<T>)items, scatter) },
            options: null,
            Last)
        { IsSingle = true, Scatters = 1 };

        var last = inner(new Pipeline<TPart>(first))?.Last;
        if (last is null || !last.Path().Any(s => s.Origin == first))
            throw new PipelineDefinitionException($"Stage '{scatterName}': the inner pipeline must continue the one it is given: add the inner stages to that one.");
        if (last.Path().SkipWhile(s => s.Origin != first).FirstOrDefault(static s => s is { HoldsBack: true, Options.Isolation: Isolation.Process }) is { } batch)
            throw new PipelineDefinitionException($"Stage '{batch.Name}' collects parts of stage '{scatterName}' in another process, where it cannot see that no more of them come: give it a maxDelay, or leave it in this process.");

        return new(new Stage<TDone, TOut>(
            StageKind.Stage,
            "Gather",
            new Body<TDone, TOut>(gather) { IsFusable = false, Synchronous = (items, _) => shared.Of(items).Gather((Reader<TDone>)items, gather) },
            options: null,
            last)
        {
            IsSingle = true,
            Scatters = -1,
            OnBuild = builder =>
            {
                var scattering = shared.Of(builder.Run);
                scattering.IsTracked = builder.Run.TracksItems;
                builder.Track(first, last, scattering);
            },
        });
    }
}
