using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Lock-step at the price of a function call: one in flight between single workers is plain composition.</summary>
internal sealed class FusedSuite : Suite
{
    private static readonly Claim NearlyFree = new("at least 0.6 times the rate of nested iterators", line => line.Ratio >= 0.6);

    public override string Name => "fused";

    public override string Topic => "three stages with one in flight, beside the same generators nested by hand";

    public override IEnumerable<Contest> Contests =>
    [
        new("3 stages",
        [
            NestedIterators.For(new Topology(Workers: 1, InFlight: 1)),
            PenstockPipelines.Fused() with { Claim = NearlyFree },
        ]),
    ];
}
