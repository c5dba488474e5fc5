using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Two steps in a row that each compute for 200 µs an item.</summary>
internal static class CostlySteps
{
    // 0.95 to 1.1 ns each.
    private const int Work = 180_000;

    public static Contestant Nested() => Contestant.Reference("nested iterators", count =>
        Task.FromResult(Steps.Consume(ComputeAndAddOne(Compute(Steps.Generate(count))))));

    /// <summary>The same generators on threads of their own, channels in between.</summary>
    public static Contestant Channels() => Contestant.Peer("Channels, 2 items each", count => Task.FromResult(
        Steps.Consume(Through(ComputeAndAddOne(Through(Compute(Through(Steps.Generate(count)))))))));

    /// <summary>With the default room.</summary>
    public static Contestant Penstock(string name, Isolation isolation) => Contestant.Penstock(name, count =>
        Pipeline.From(Steps.Generate, count).Then(Compute).Then(ComputeAndAddOne).To(Steps.Consume).RunAsync(new RunOptions { Isolation = isolation }));

    private static IEnumerable<int> Through(IEnumerable<int> items) => ChannelThreads.Through(items, room: 2);

    private static IEnumerable<int> Compute(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return Steps.Compute((ulong)item, Work) == 0 ? item + 1 : item;
    }

    private static IEnumerable<int> ComputeAndAddOne(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return Steps.Compute((ulong)item, Work) == 0 ? item : item + 1;
    }
}
