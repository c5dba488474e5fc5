using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Nothing but hand-over: items so small that every nanosecond is the engine's.</summary>
internal sealed class SmallSuite : Suite
{
    private static readonly int[] Sizes = [1, 4, 12, 64, 1024];

    /// <summary>With less room, hand-over is mostly waiting, for everybody: reported, but nothing is claimed.</summary>
    private const int Roomy = 64;

    public override string Name => "small";

    public override string Topic => "three stages, generate → +1 → consume, ints";

    public override IEnumerable<Contest> Contests =>
        [.. Sizes.Select(OneWorker), .. Sizes.Where(size => size >= 4).Select(FourWorkers)];

    private static Contest OneWorker(int inFlight)
    {
        var topology = new Topology(Workers: 1, inFlight);
        IEnumerable<Contestant> pipelines = inFlight == 1
            ? [PenstockPipelines.Fused() with { Claim = Claim.AheadOfEveryPeer }, PenstockPipelines.Unfused()]
            : [Threads(topology)];
        return new(topology.ToString(),
        [
            NestedIterators.For(topology),
            Channels.For(topology),
            Dataflow.For(topology),
            .. pipelines,
        ]);
    }

    // A link has room for at least one item of each worker before it, so four workers start at 4 in flight.
    private static Contest FourWorkers(int inFlight)
    {
        var topology = new Topology(Workers: 4, inFlight);
        return new(topology.ToString(),
        [
            NestedIterators.For(topology),
            Channels.For(topology),
            ChannelLanes.For(topology),
            Dataflow.For(topology),
            Threads(topology),
            PenstockPipelines.Unordered(topology),
        ]);
    }

    private static Contestant Threads(Topology topology) =>
        PenstockPipelines.Threads(topology) with { Claim = topology.InFlight >= Roomy ? Claim.AheadOfEveryPeer : null };
}
