using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>What the library is for: is the busiest step ever kept waiting?</summary>
internal sealed class UtilisationSuite : Suite
{
    private static readonly Claim NeverWaiting = Claim.AtMost(1 / 0.99, ": busy 99 %");

    public override string Name => "utilisation";

    public override string Topic =>
        "six steps, the fourth takes 20 to 30 ms, of which others need 30 to 40 % of a core: total time over the sum of that step, 5 % cut at both ends";

    public override IEnumerable<Contest> Contests =>
    [
        new("inference",
        [
            Inference.Nested(),
            Inference.Channels(),
            Inference.Penstock("Penstock, threads", Isolation.Thread) with { Claims = [NeverWaiting] },
            Inference.Penstock("Penstock, None", Isolation.None) with { Claims = [NeverWaiting] },
            Inference.Penstock("Penstock, processes", Isolation.Process) with { Claims = [NeverWaiting] },
        ])
        {
            Headline = Headline.Figure(Inference.Share, "total / step", "N3"),
            Details = [Headline.CpuPerItem],
            // Of the processor time, what it takes to start processes is not the items.
            Steady = true,
            Items = pace => pace.InAHurry ? 30 : 240,
            MostRounds = 5,
        },
    ];
}
