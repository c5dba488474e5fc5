using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>How long an item is on its way from one step to the next.</summary>
internal sealed class LatencySuite : Suite
{
    private const int Lockstep = 1;
    private const int Default = 4;

    private static readonly TimeSpan Rare = TimeSpan.FromMilliseconds(1);

    /// <summary>What the engine may add to the wake-up of a hop whose both ends sleep.</summary>
    private static readonly Claim OneWakeUp = Claim.NoMoreThan(2, "one wake-up from core to core", static rival => rival.Name == Machinery.OneWakeUp);

    public override string Name => "latency";

    public override string Topic => "µs from yield to arrival, per hop, two hops";

    public override IEnumerable<Contest> Contests =>
    [
        Of("one item a millisecond, everybody asleep in between", Default, Rare, OneWakeUp),
        Of("lock-step, one in flight", Lockstep, TimeSpan.Zero),
        Of("loaded, four in flight", Default, TimeSpan.Zero),
    ];

    private static Contest Of(string name, int inFlight, TimeSpan pause, params IReadOnlyList<Claim> claims) => new(name,
    [
        Hops.Channels(inFlight, pause),
        Hops.Penstock("Penstock, None", Isolation.None, inFlight, pause) with { Claims = claims },
        Hops.Penstock("Penstock, threads", Isolation.Thread, inFlight, pause) with { Claims = claims },
        Hops.Penstock("Penstock, processes", Isolation.Process, inFlight, pause) with { Claims = claims },
        OtherLanguages.CRing(inFlight, 24, latency: true, pause),
        .. Machinery.OneWay(pause),
    ])
    {
        Headline = Headline.Microseconds,
        Details = [.. Headline.Percentiles, Headline.CpuPerItem],
        // Of the processor time, what it takes to start processes is not the items.
        Steady = true,
        RoundTime = pace => pace.Seconds(full: 2, quick: 0.2),
        FullOnly = pause == TimeSpan.Zero,
    };
}
