using System.Diagnostics;
using Penstock;
using ReadDigits.Reading;

namespace ReadDigits.Timelines;

/// <summary>Notes which worker was busy with which page from when to when, by looking over the generators' shoulders.</summary>
internal sealed class Timeline
{
    readonly Lock gate = new();
    readonly List<Lane> lanes = [];

    public long Start { get; } = Stopwatch.GetTimestamp();

    public long End { get; private set; }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Start, End);

    /// <summary>Stages in the order of the pipeline, each with its workers.</summary>
    public IReadOnlyList<Lane> Lanes
    {
        get
        {
            lock (gate)
                return [.. lanes.OrderBy(lane => Array.IndexOf(DigitReader.Stages, lane.Stage)).ThenBy(lane => lane.Worker)];
        }
    }

    public void Stop() => End = Stopwatch.GetTimestamp();

    public int DoneBy(string stage) => Lanes.Where(lane => Is(lane, stage)).Sum(lane => lane.Done);

    public TimeSpan BusyOf(string stage) => new(Lanes
        .Where(lane => Is(lane, stage))
        .SelectMany(lane => lane.Stretches)
        .Sum(stretch => Stopwatch.GetElapsedTime(stretch.Start, stretch.End).Ticks));

    public IEnumerable<TOut> Watch<T, TOut>(Func<IEnumerable<T>, IEnumerable<TOut>> stage, IEnumerable<T> items)
        where T : IPageItem => Watch(stage.Method.Name, stage, items);

    public IEnumerable<TOut> Watch<T, TArgument, TOut>(
        Func<IEnumerable<T>, TArgument, IEnumerable<TOut>> stage, TArgument argument, IEnumerable<T> items)
        where T : IPageItem => Watch(stage.Method.Name, followed => stage(followed, argument), items);

    public TResult WatchSink<T, TResult>(Func<IEnumerable<T>, TResult> sink, IEnumerable<T> items)
        where T : IPageItem => sink(LaneOf(sink.Method.Name).Follow(items));

    IEnumerable<TOut> Watch<T, TOut>(string name, Func<IEnumerable<T>, IEnumerable<TOut>> stage, IEnumerable<T> items)
        where T : IPageItem
    {
        var lane = LaneOf(name);
        foreach (var result in stage(lane.Follow(items)))
        {
            lane.Finish();
            yield return result;
        }
    }

    // A generator that was started anew after a fault goes on in its worker's lane.
    Lane LaneOf(string stage)
    {
        var worker = PipelineContext.Current?.Worker ?? 0;
        lock (gate)
        {
            if (lanes.Find(lane => Is(lane, stage) && lane.Worker == worker) is { } known)
                return known;
            lanes.Add(new(stage, worker));
            return lanes[^1];
        }
    }

    static bool Is(Lane lane, string stage) => string.Equals(lane.Stage, stage, StringComparison.Ordinal);
}
