using Penstock;
using ReadDigits.Reading;

namespace ReadDigits.Timelines;

/// <summary><c>Then</c> and <c>To</c> with a timeline beside the stage: the same stage, and its work is noted.</summary>
internal static class WatchedStages
{
    public static Pipeline<TOut> Then<T, TOut>(
        this Pipeline<T> pipeline, Func<IEnumerable<T>, IEnumerable<TOut>> stage, Timeline timeline, StageOptions? options = null)
        where T : IPageItem =>
        pipeline.Then((IEnumerable<T> items) => timeline.Watch(stage, items), NamedAfter(stage, options));

    public static Pipeline<TOut> Then<T, TArgument, TOut>(
        this Pipeline<T> pipeline, Func<IEnumerable<T>, TArgument, IEnumerable<TOut>> stage, TArgument argument, Timeline timeline)
        where T : IPageItem =>
        pipeline.Then((IEnumerable<T> items) => timeline.Watch(stage, argument, items), NamedAfter(stage, options: null));

    public static RunnablePipeline<TResult> To<T, TResult>(
        this Pipeline<T> pipeline, Func<IEnumerable<T>, TResult> sink, Timeline timeline)
        where T : IPageItem =>
        pipeline.To((IEnumerable<T> items) => timeline.WatchSink(sink, items), NamedAfter(sink, options: null));

    // The lambdas above would give their own names.
    static StageOptions NamedAfter(Delegate stage, StageOptions? options) => (options ?? new()) with { Name = stage.Method.Name };
}
