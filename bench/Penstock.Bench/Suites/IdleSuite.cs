using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>A pipeline that waits costs nothing: the source waits half a second before each item.</summary>
internal sealed class IdleSuite : Suite
{
    private static readonly Topology Waiting = new(Workers: 4, InFlight: 12) { Pause = TimeSpan.FromMilliseconds(500) };

    private static readonly Claim AsleepWhileWaiting = new("less than 1 % of a core", line => line.Median < 1);

    public override string Name => "idle";

    public override string Topic => "waiting for a source that gives two items per second, four middle workers";

    public override IEnumerable<Contest> Contests =>
    [
        new("slow source", LineUp(Waiting))
        {
            Headline = Headline.CoreShare,
            // Compiling in the background would otherwise be most of what is measured.
            WarmUp = LineUp(Waiting with { Pause = TimeSpan.Zero }),
            // Shorter rounds would show how a run starts, not how it waits.
            AtLeast = TimeSpan.FromSeconds(1),
        },
    ];

    private static Contestant[] LineUp(Topology topology) =>
    [
        NestedIterators.For(topology),
        Channels.For(topology),
        Dataflow.For(topology),
        PenstockPipelines.Threads(topology) with { Claim = AsleepWhileWaiting },
        PenstockPipelines.Tasks(topology) with { Claim = AsleepWhileWaiting },
    ];
}
