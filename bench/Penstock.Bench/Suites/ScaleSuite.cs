using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>From small to large in each direction: stages, workers, items.</summary>
internal sealed class ScaleSuite : Suite
{
    private const int InFlight = 12;

    public override string Name => "scale";

    public override string Topic => "2 to 64 stages, 1 to 256 workers, 1 to 100 million items";

    public override IEnumerable<Contest> Contests =>
    [
        .. ((int[])[2, 8, 64]).Select(Stages),
        .. ((int[])[1, 16, 256]).Select(Workers),
        .. ((int[])[1, 1_000, 1_000_000, 100_000_000]).Select(Items),
    ];

    private static Contest Stages(int stages) => new($"{stages} stages, {InFlight} in flight",
    [
        Chains.Nested(stages),
        Chains.Channels(stages, InFlight),
        Chains.Penstock("Penstock, threads", Isolation.Thread, stages, InFlight),
        Chains.Penstock("Penstock, None", Isolation.None, stages, InFlight),
    ])
    {
        // To start so many threads is not to run them.
        Steady = true,
        FullOnly = stages != 64,
    };

    // Uneven, so that it is worth while to have several.
    private static Contest Workers(int workers)
    {
        var topology = new Topology(workers, workers + 3) { Uneven = true };
        return new($"{topology}, uneven items",
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
