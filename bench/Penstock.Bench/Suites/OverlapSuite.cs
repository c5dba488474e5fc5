using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Steps that cost something: what <see cref="Isolation.None"/> nests while items are cheap must overlap here.</summary>
internal sealed class OverlapSuite : Suite
{
    private static readonly Claim Overlaps = Claim.Times(1.7, "nested iterators", static rival => rival.Role == Role.Reference);

    public override string Name => "overlap";

    public override string Topic => "generate → compute → compute → consume, each of the two takes 200 µs an item, on a fast machine 170";

    public override IEnumerable<Contest> Contests =>
    [
        new("two steps of 200 µs",
        [
            CostlySteps.Nested(),
            CostlySteps.Penstock("Penstock, None", Isolation.None) with { Claims = [Overlaps] },
            CostlySteps.Penstock("Penstock, threads", Isolation.Thread) with { Claims = [Overlaps] },
        ]),
    ];
}
