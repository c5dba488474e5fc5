using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>The machine as it is in production: others want its processors, too.</summary>
internal sealed class CrowdedSuite : Suite
{
    public override string Name => "crowded";

    public override string Topic => "the work of small, workers and overlap, beside as many processes that always compute as there are processors";

    public override IEnumerable<Contest> Contests =>
    [
        Beside("empty items, 12 in flight", ByHand(new(Workers: 1, InFlight: 12))),
        Beside("uneven items, 4 middle workers, 12 in flight", ByHand(new(Workers: 4, InFlight: 12) { Uneven = true })),
        Beside("two steps of 200 µs",
        [
            CostlySteps.Nested(),
            CostlySteps.Channels(),
            CostlySteps.Penstock("Penstock, threads", Isolation.Thread),
            CostlySteps.Penstock("Penstock, None", Isolation.None),
            CostlySteps.Penstock("Penstock, processes", Isolation.Process),
        ]),
    ];

    private static IReadOnlyList<Contestant> ByHand(Topology topology) =>
    [
        NestedIterators.For(topology),
        Channels.For(topology),
        Dataflow.For(topology),
        OtherLanguages.GoChannels(topology),
        PenstockPipelines.Threads(topology),
        PenstockPipelines.Inline(topology),
        PenstockPipelines.Processes(topology),
    ];

    private static Contest Beside(string name, IReadOnlyList<Contestant> contestants) => new(name, contestants)
    {
        Steady = true, // processes take much longer to start here
        BusyProcesses = Environment.ProcessorCount,
        RoundTime = static pace => pace.Seconds(full: 1, quick: 0.2), // the shares of a processor are milliseconds long
        MostRounds = 5,
        FullOnly = true,
    };
}
