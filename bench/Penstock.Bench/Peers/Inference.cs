using System.Diagnostics;
using System.Runtime.InteropServices;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>
/// Load → decode → normalise → infer → remap → collect. Inference is exclusive and sleeps, as if a graphics card did the work; the
/// others compute for 1.5 to 2 ms each.
/// </summary>
internal static class Inference
{
    public const string Share = "total_over_step";

    private static readonly TimeSpan Computing = TimeSpan.FromMilliseconds(2);

    /// <summary>What a channel needs to absorb the jitter of one item on each side; that of Penstock is its default.</summary>
    private const int Room = 2;

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Frame(int Number, long Began, long Ended);

    public static Contestant Penstock(string name, Isolation isolation) => Contestant.Penstock(name, count => Pipeline
        .From(Load, count)
        .Then(Decode)
        .Then(Normalise)
        .Then(Infer)
        .Then(Remap)
        .To(Collect)
        .RunAsync(new RunOptions { Isolation = isolation }));

    public static Contestant Nested() =>
        Contestant.Reference("nested iterators", count => Task.FromResult(Collect(Remap(Infer(Normalise(Decode(Load(count))))))));

    /// <summary>The same generators on threads of their own, channels in between.</summary>
    public static Contestant Channels() => Contestant.Peer("Channels, 2 items each", count =>
    {
        var items = Load(count);
        foreach (var step in (Func<IEnumerable<Frame>, IEnumerable<Frame>>[])[Decode, Normalise, Infer, Remap])
            items = step(ChannelThreads.Through(items, Room));
        return Task.FromResult(Collect(ChannelThreads.Through(items, Room)));
    });

    private static IEnumerable<Frame> Load(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Compute();
            yield return new Frame(i, Began: 0, Ended: 0);
        }
    }

    private static IEnumerable<Frame> Decode(IEnumerable<Frame> items) => Computed(items);

    private static IEnumerable<Frame> Normalise(IEnumerable<Frame> items) => Computed(items);

    private static IEnumerable<Frame> Remap(IEnumerable<Frame> items) => Computed(items);

    private static IEnumerable<Frame> Infer(IEnumerable<Frame> items)
    {
        var random = new Random(20261124);
        foreach (var item in items)
        {
            var start = Stopwatch.GetTimestamp();
            Thread.Sleep(TimeSpan.FromMilliseconds(20 + (10 * random.NextDouble())));
            yield return new Frame(item.Number + 1, start, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Without the first and the last 5 %: how a pipeline fills and empties is not how it runs.</summary>
    private static Tally Collect(IEnumerable<Frame> items)
    {
        var tally = new Tally();
        var frames = new List<Frame>();
        foreach (var item in items)
        {
            Compute();
            tally.Add(item.Number);
            frames.Add(item);
        }

        var cut = frames.Count / 20;
        var steady = frames[cut..^cut];
        // From the end of one inference to that of another: the inferences in between, and what they were kept waiting.
        var total = steady[^1].Ended - steady[0].Ended;
        var step = steady.Skip(1).Sum(frame => frame.Ended - frame.Began);
        tally.Figures = new Dictionary<string, double>(StringComparer.Ordinal) { [Share] = step > 0 ? (double)total / step : double.NaN };
        return tally;
    }

    private static IEnumerable<Frame> Computed(IEnumerable<Frame> items)
    {
        foreach (var item in items)
        {
            Compute();
            yield return item;
        }
    }

    /// <summary>By processor time: who waits for a processor has not computed yet.</summary>
    private static void Compute()
    {
        for (var i = 0; i < StepsOfWork; i++)
            s_sink = Steps.AddOne(i, uneven: true);
    }

    /// <summary>1.5 to 2 ms.</summary>
    private static int StepsOfWork => (int)(Computing / TimeSpan.FromMicroseconds(5));

    private static volatile int s_sink;
}
