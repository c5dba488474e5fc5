using Penstock.Bench.Measuring;
using Penstock.Bench.Peers;

namespace Penstock.Bench.Suites;

/// <summary>What the machine itself can do: no pipeline can be better, whoever writes it.</summary>
internal sealed class LimitsSuite : Suite
{
    public override string Name => "limits";

    public override string Topic => "what the machine can do at best";

    public override IEnumerable<Contest> Contests =>
    [
        new("hand-over between two threads", [Machinery.RoundTrip(), Machinery.WakeUp()])
        {
            Headline = Headline.Microseconds,
            Details = [.. Headline.Percentiles, Headline.CpuPerItem],
        },
        new("copying 64 MB", [Machinery.Copy("memcpy", 64 << 20)])
        {
            Details = [Headline.CpuPerItem],
        },
    ];
}
