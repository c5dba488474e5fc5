using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Nothing but hand-over: items so small that every nanosecond is the engine's.</summary>
internal sealed class SmallSuite : Suite
{
    /// <summary>With less room, hand-over is mostly waiting, for everybody: reported, but nothing is claimed.</summary>
    private const int Roomy = 64;

    public override string Name => "small";

    public override string Topic => "three stages, generate → +1 → consume, ints";

    public override IEnumerable<Contest> Contests => ((int[])[1, 2, 4, 12, 64, 1024]).Select(OneWorker);

    private static Contest OneWorker(int inFlight)
    {
        var topology = new Topology(Workers: 1, inFlight);
        var claim = inFlight is 1 or >= Roomy ? Claim.AheadOfEveryPeer : null;
        IEnumerable<Contestant> pipelines = inFlight == 1
            ? [PenstockPipelines.Fused() with { Claim = claim }, PenstockPipelines.Unfused()]
            : [PenstockPipelines.Threads(topology) with { Claim = claim }, PenstockPipelines.Inline(topology)];
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
}
