using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Four workers in the middle, on items that take from 0.5 to 20 µs, and on items that take nothing.</summary>
internal sealed class WorkersSuite : Suite
{
    public override string Name => "workers";

    public override string Topic => "generate → +1 ×4 → consume, order kept and given up; uneven items take 0.5 to 20 µs, 5 µs on average, at 3 GHz";

    // A link has room for at least one item of each worker before it, so four workers start at 4 in flight.
    public override IEnumerable<Contest> Contests =>
        from uneven in (bool[])[true, false]
        from inFlight in (int[])[4, 12, 64, 1024]
        select FourWorkers(new Topology(Workers: 4, inFlight) { Uneven = uneven });

    private static Contest FourWorkers(Topology topology) =>
        new($"{(topology.Uneven ? "uneven" : "empty")} items, {topology.InFlight} in flight",
        [
            NestedIterators.For(topology),
            Channels.For(topology),
            .. topology.InFlight <= 12 ? [Channels.WithNoMoreItems(topology)] : Array.Empty<Contestant>(), // with more room it is nearly the same
            ChannelLanes.For(topology),
            Dataflow.For(topology),
            OtherLanguages.GoChannels(topology),
            OtherLanguages.GoChannelsInTurn(topology),
            OtherLanguages.OneTbb(topology),
            OtherLanguages.JavaQueues(topology),
            .. Pipelines(topology).Select(pipeline => topology.Uneven ? pipeline with { Claims = [Claim.AheadOfDotNet] } : pipeline),
        ])
        {
            FullOnly = topology.InFlight != 12 || !topology.Uneven,
        };

    private static IEnumerable<Contestant> Pipelines(Topology topology) =>
    [
        PenstockPipelines.Threads(topology),
        PenstockPipelines.Unordered(topology),
        PenstockPipelines.Inline(topology),
        PenstockPipelines.InlineUnordered(topology),
        PenstockPipelines.Awaited(topology),
        PenstockPipelines.AwaitedUnordered(topology),
    ];
}
