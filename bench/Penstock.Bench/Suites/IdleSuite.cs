using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>A pipeline that waits costs nothing: the source waits half a second before each item.</summary>
internal sealed class IdleSuite : Suite
{
    private static readonly Topology Waiting = new(Workers: 4, InFlight: 12) { Pause = TimeSpan.FromMilliseconds(500) };

    private static readonly Claim AsleepWhileWaiting = Claim.AtMost(1, " % of a core");

    public override string Name => "idle";

    public override string Topic => "waiting for a source that gives two items per second, four middle workers";

    public override IEnumerable<Contest> Contests =>
    [
        new("slow source",
        [
            Warm(NestedIterators.For),
            Warm(Channels.For),
            Warm(Dataflow.For),
            Warm(PenstockPipelines.Threads, AsleepWhileWaiting),
            Warm(PenstockPipelines.Tasks, AsleepWhileWaiting),
        ])
        {
            Headline = Headline.CoreShare,
            // Starting, above all of processes, is not waiting.
            Steady = true,
            Items = pace => pace.InAHurry ? 2 : 16,
            MostRounds = 3,
        },
        new("slow source, processes", [Warm(PenstockPipelines.Processes, AsleepWhileWaiting)])
        {
            Headline = Headline.CoreShare,
            Steady = true,
            Items = _ => 100, // the starts of six processes differ by what a shorter wait would cost
            MostRounds = 3,
            FullOnly = true,
        },
    ];

    private static Contestant Warm(Func<Topology, Contestant> make, params IReadOnlyList<Claim> claims) => make(Waiting) with
    {
        // Compiling in the background would otherwise be most of what is measured.
        WarmUp = make(Waiting with { Pause = TimeSpan.Zero }).Run,
        Claims = claims,
    };
}
