using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Nothing but hand-over: items so small that every nanosecond is the engine's.</summary>
internal sealed class SmallSuite : Suite
{
    private static readonly Claim AheadOfChannels = Claim.Times(2, "Channels", static rival => rival.Name == "Channels");

    private static readonly Claim NotBelowGo = Claim.Times(1, "Go channels", static rival => rival.Name == "Go channels");

    public override string Name => "small";

    public override string Topic => "three stages, generate → +1 → consume, ints";

    public override IEnumerable<Contest> Contests => ((int[])[1, 2, 4, 12, 64, 1024]).Select(OneWorker);

    private static Contest OneWorker(int inFlight)
    {
        var topology = new Topology(Workers: 1, inFlight);
        IEnumerable<Contestant> pipelines = inFlight == 1
            ? [PenstockPipelines.Fused() with { Claims = [Claim.AheadOfEveryPeer] }, PenstockPipelines.Unfused()]
            : [PenstockPipelines.Threads(topology) with { Claims = OfThreads(inFlight) }, PenstockPipelines.Inline(topology) with { Claims = [AheadOfChannels, NotBelowGo] }];
        return new(topology.ToString(),
        [
            NestedIterators.For(topology),
            Channels.For(topology),
            Dataflow.For(topology),
            OtherLanguages.GoChannels(topology),
            OtherLanguages.OneTbb(topology),
            OtherLanguages.JavaQueues(topology),
            .. pipelines,
        ])
        {
            FullOnly = inFlight is not (1 or 12),
        };
    }

    // With less room, hand-over is mostly waiting, for everybody: reported, but nothing is claimed.
    private static IReadOnlyList<Claim> OfThreads(int inFlight) => inFlight switch
    {
        >= 1024 => [TimesDotNet(4), Claim.AheadOfEveryPeer],
        >= 64 => [TimesDotNet(2), Claim.AheadOfEveryPeer],
        _ => [],
    };

    private static Claim TimesDotNet(double least) => Claim.Times(least, "the best of Channels and Dataflow", static rival => rival.Name is "Channels" or "Dataflow");
}
