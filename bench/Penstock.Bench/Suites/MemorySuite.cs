using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>Memory does not grow with the length of the stream.</summary>
internal sealed class MemorySuite : Suite
{
    // The shortest is several times what the collector lets a program allocate before it collects at all, which goes by the processor's cache.
    private static readonly int[] Lengths = [200_000, 600_000, 2_000_000];

    private static readonly Claim Flat = Claim.AtMostTimes(1.1, "the peak of the shortest stream", static rival => rival.Role == Role.Reference);

    public override string Name => "memory";

    public override string Topic => "peak of streams of arrays of 4 KB, 12 in flight, by their length";

    public override IEnumerable<Contest> Contests => [Of("threads", Isolation.Thread), Of("processes", Isolation.Process)];

    private static Contest Of(string name, Isolation isolation) =>
        new(name, [.. Lengths.Select((length, i) => Streams.Of(length, isolation) with
        {
            Role = i == 0 ? Role.Reference : Role.Penstock,
            Claims = i == 0 ? [] : [Flat],
        })])
        {
            Headline = Headline.Figure(Streams.Peak, "peak MB of the largest process", "N0"),
            Details = [Headline.CpuPerItem],
            // A peak stays one; the rounds of one process are not independent.
            MostRounds = 1,
            FullOnly = isolation == Isolation.Process,
        };
}
