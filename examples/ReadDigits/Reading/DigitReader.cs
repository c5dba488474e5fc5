using Penstock;
using ReadDigits.Pages;
using ReadDigits.Timelines;

namespace ReadDigits.Reading;

/// <summary>
/// Reads handwritten digits off pages. Five steps, each a plain C# generator in a file of its own, and the two ways to put them
/// together.
/// </summary>
internal static partial class DigitReader
{
    public static readonly string[] Stages =
        [nameof(LoadImages), nameof(Preprocess), nameof(RunModel), nameof(Remap), nameof(Aggregate)];

    /// <summary>
    /// As a pipeline: every stage on threads of its own, the model in a process of its own if that is asked for, and a page that cannot be
    /// read is put aside.
    /// </summary>
    public static RunnablePipeline<Tally> AsPipeline(
        PageFolder folder, string weights, int workers, Timeline timeline, IsolatedModel? isolated = null)
    {
        var digits = Pipeline
            .From(ListPages, folder)
            .Then(LoadImages, timeline, new() { Faults = FaultPolicy.Skip })
            .Then(Preprocess, timeline, new() { Faults = FaultPolicy.Skip, Workers = workers });
        return (isolated is null ? digits.Then(RunModel, weights, timeline) : digits.ThenIsolated(weights, isolated))
            .Then(Remap, timeline)
            .To(Aggregate, timeline);
    }

    /// <summary>By plain composition: one generator inside the other, on the caller's thread. The first unreadable page ends it.</summary>
    public static Tally Plainly(PageFolder folder, string weights, Timeline timeline)
    {
        var files = ListPages(folder);
        var pages = timeline.Watch(LoadImages, files);
        var digits = timeline.Watch(Preprocess, pages);
        var scores = timeline.Watch(RunModel, weights, digits);
        var labels = timeline.Watch(Remap, scores);
        return timeline.WatchSink(Aggregate, labels);
    }
}
