using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>From small to large in each direction: stages, workers, items.</summary>
internal sealed class ScaleSuite : Suite
{
    private const int InFlight = 12;
    private const int Fewest = 2; // stages
    private const int Most = 64;

    public override string Name => "scale";

    public override string Topic => "2 to 64 stages, 1 to 256 workers, 1 to 100 million items";

    public override IEnumerable<Trend> Trends =>
    [
        StagesOf("Penstock, threads"), StagesOf("Penstock, None"),
        WorkersOf("Penstock, threads"), WorkersOf("Penstock, threads, unordered"),
    ];

    public override IEnumerable<Contest> Contests =>
    [
        .. ((int[])[Fewest, 8, Most]).Select(Stages),
        .. new[] { 1, Environment.ProcessorCount, 16, 256 }.Distinct().Order().Select(Workers),
        .. ((int[])[1, 1_000, 1_000_000, 100_000_000]).Select(Items),
    ];

    private static Trend StagesOf(string peer) =>
        new(peer, "at most 1.25 times the processor time an item and link", NameOfStages(Fewest), NameOfStages(Most), Trend.ProcessorTime, Most: 1.25) { Work = (Most - 1.0) / (Fewest - 1) };

    private static Trend WorkersOf(string peer) =>
        new(peer, "at most 1.05 times the time an item", NameOf(Uneven(1)), NameOf(Uneven(Environment.ProcessorCount)), Trend.TimePerItem, Most: 1.05);

    private static string NameOfStages(int stages) => $"{stages} stages, {InFlight} in flight";

    // So that it is worth while to have several.
    private static Topology Uneven(int workers) => new(workers, workers + 3) { Uneven = true };

    private static string NameOf(Topology topology) => $"{topology}, uneven items";

    private static Contest Stages(int stages) => new(NameOfStages(stages),
    [
        Chains.Nested(stages),
        Chains.Channels(stages, InFlight),
        Chains.Penstock("Penstock, threads", Isolation.Thread, stages, InFlight),
        Chains.Penstock("Penstock, None", Isolation.None, stages, InFlight),
    ])
    {
        // To start so many threads is not to run them.
        Steady = true,
        FullOnly = stages != Most,
    };

    private static Contest Workers(int workers)
    {
        var topology = Uneven(workers);
        return new(NameOf(topology),
        [
            NestedIterators.For(topology),
            Channels.For(topology),
            Dataflow.For(topology),
            PenstockPipelines.Threads(topology),
            PenstockPipelines.Unordered(topology),
        ])
        {
            Steady = true,
            FullOnly = true,
        };
    }

    private static Contest Items(int items)
    {
        var topology = new Topology(Workers: 1, InFlight: 1024);
        Contestant[] contestants = [NestedIterators.For(topology), Channels.For(topology), PenstockPipelines.Threads(topology), PenstockPipelines.Inline(topology)];
        return new($"{items:N0} item{(items == 1 ? "" : "s")}, {topology.InFlight} in flight", [.. contestants.Select(each => each with { Items = items })])
        {
            Headline = Headline.Milliseconds,
            MostRounds = items > 1_000_000 ? 3 : int.MaxValue,
            FullOnly = true,
        };
    }
}
