using Penstock.Links;

namespace Penstock.Stages;

/// <summary>
/// A pipeline between a source of tickets and a sink that settles them: the user's stages see what the tickets stand for. A stage
/// without a fault policy fails the ticket alone, stages with several workers keep no order, so no ticket waits for another.
/// </summary>
internal static class TrackedPipeline
{
    // How many tickets are open is limited elsewhere, and what they carry is small. So the link behind the source may hold many: where they
    // are worked off quickly, a thread is then woken for many of them, not for each.
    private const int RoomForTickets = 64;

    /// <typeparam name="TTicket">What stands for an item from its beginning to its end.</typeparam>
    /// <typeparam name="T">What flows into the user's stages.</typeparam>
    /// <typeparam name="TOut">What flows out of them.</typeparam>
    /// <param name="tickets">What is pulled, in each run.</param>
    /// <param name="itemOf">What a ticket stands for.</param>
    /// <param name="stages">The user's stages.</param>
    /// <param name="deliver">The user's sink; what it throws fails the ticket.</param>
    /// <param name="delivery">How the user's sink runs.</param>
    /// <param name="failed">Called at once when something that descends from a ticket is given up for the first time. Must not throw.</param>
    /// <param name="settle">Called once for each ticket whose last descendant is gone, also after a failure. Must not throw.</param>
    /// <exception cref="PipelineDefinitionException">The stages do not continue the pipeline they are given, or an option is out of range.</exception>
    public static RunnablePipeline Create<TTicket, T, TOut>(
        Func<CancellationToken, IAsyncEnumerable<TTicket>> tickets,
        Func<TTicket, T> itemOf,
        Func<Pipeline<T>, Pipeline<TOut>> stages,
        Func<TTicket, TOut, CancellationToken, ValueTask> deliver,
        StageOptions delivery,
        Action<TTicket, Exception> failed,
        Func<TTicket, ValueTask> settle)
    {
        var tracking = new PerRun<Tracking<TTicket>>(() => new Tracking<TTicket>(failed));
        var source = new Stage<Nothing, T>(
            StageKind.Source,
            "Pull",
            new Body<Nothing, T>(function: null) { IsFusable = false, Asynchronous = (items, ct) => tracking.Of(items).Begin(((IInput)items).Worker, tickets(ct), itemOf, ct) },
            new StageOptions { MaxInFlight = RoomForTickets },
            previous: null)
        { IsSingle = true };

        var last = stages(new Pipeline<T>(source))?.Last;
        if (last is null || !last.Path().Any(s => s.Origin == source))
            throw new PipelineDefinitionException("The stages must continue the pipeline that they are given: add them to that one.");

        var delivering = new Stage<TOut, Nothing>(
            StageKind.Stage,
            "Deliver",
            new Body<TOut, Nothing>(deliver) { IsFusable = false, IsTraced = true, Asynchronous = (items, ct) => tracking.Of(items).Deliver((Reader<TOut>)items, deliver, ct) },
            delivery,
            last).Checked();

        return new(new Stage<Nothing, Nothing>(
            StageKind.Sink,
            "Settle",
            new Body<Nothing, Nothing>(function: null) { IsFusable = false, Asynchronous = (items, _) => tracking.Of(items).Settle((Reader<Nothing>)items, settle) },
            options: null,
            delivering)
        {
            IsSingle = true,
            OnBuild = builder => builder.TrackAll(source, delivering, tracking.Of(builder.Run)),
        });
    }
}
