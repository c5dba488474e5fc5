using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Lock-step at the price of a function call: one in flight between single workers is plain composition.</summary>
internal sealed class FusedSuite : Suite
{
    private static readonly Claim NearlyFree = Claim.Times(0.6, "nested iterators", static rival => rival.Role == Role.Reference);

    public override string Name => "fused";

    public override string Topic => "three stages with one in flight, beside the same generators nested by hand";

    public override IEnumerable<Contest> Contests =>
    [
        new("3 stages",
        [
            NestedIterators.For(new Topology(Workers: 1, InFlight: 1)),
            PenstockPipelines.Fused() with { Claims = [NearlyFree] },
        ]),
    ];
}
