using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>What the engine allocates per item once it runs: the difference between a long and a short stream.</summary>
internal sealed class AllocationsSuite : Suite
{
    /// <summary>What a few stray objects of the runtime come to over a round; an object per item would be 24 bytes.</summary>
    private const double Noise = 0.05;

    private static readonly Claim AllocatesNothing = Claim.AtMost(Noise, " bytes, which is no allocation per item");

    private static readonly Topology[] Topologies =
        [new(Workers: 1, InFlight: 4), new(Workers: 1, InFlight: 64), new(Workers: 4, InFlight: 12)];

    public override string Name => "allocations";

    public override string Topic => "bytes allocated per item in steady state";

    public override IEnumerable<Contest> Contests => Topologies.Select(topology => new Contest(topology.ToString(),
    [
        NestedIterators.For(topology),
        Channels.For(topology),
        Dataflow.For(topology),
        PenstockPipelines.Threads(topology) with { Claims = [AllocatesNothing] },
        PenstockPipelines.Tasks(topology),
    ])
    {
        Headline = Headline.BytesPerItem,
        Details = [Headline.CpuPerItem],
        Steady = true,
        FullOnly = topology.Workers == 1,
    });
}
