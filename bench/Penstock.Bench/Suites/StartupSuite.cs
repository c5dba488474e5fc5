using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>How long until the first result is there.</summary>
internal sealed class StartupSuite : Suite
{
    public override string Name => "startup";

    public override string Topic => "from the start to the first result through one stage, beside the start and exit of an empty .NET application";

    public override IEnumerable<Contest> Contests =>
    [
        new("first result",
        [
            Starting.EmptyApplication(),
            Starting.FirstResult("Penstock, one process stage", Isolation.Process),
            Starting.FirstResult("Penstock, on threads", Isolation.Thread),
            Starting.EmptyRun(),
        ])
        {
            Headline = Headline.Figure(Starting.Milliseconds, "ms"),
            Details = [Headline.CpuPerItem],
            RoundTime = pace => pace.Seconds(full: 1, quick: 0.3),
        },
        new("first result, application published with ReadyToRun",
        [
            Starting.EmptyApplication() with { IsPrecompiled = true },
            Starting.FirstResult("Penstock, one process stage", Isolation.Process) with { IsPrecompiled = true },
            Starting.FirstResult("Penstock, on threads", Isolation.Thread) with { IsPrecompiled = true },
        ])
        {
            Headline = Headline.Figure(Starting.Milliseconds, "ms"),
            Details = [Headline.CpuPerItem],
            RoundTime = pace => pace.Seconds(full: 1, quick: 0.3),
            FullOnly = true,
        },
    ];
}
