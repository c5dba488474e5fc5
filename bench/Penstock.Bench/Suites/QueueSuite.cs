using Penstock.Bench.Measuring;
using static Penstock.Bench.Peers.JobQueues;

namespace Penstock.Bench.Suites;

/// <summary>What the embedded job queues take, and how much of that the disk is.</summary>
internal sealed class QueueSuite : Suite
{
    public override string Name => "queue";

    public override string Topic => "jobs through the embedded queues; SQLite syncs each commit to the disk of the temporary folder";

    public override IEnumerable<Contest> Contests =>
    [
        Contest("submit", [Sync(), Submit(Kind.Sqlite, 1), Submit(Kind.Sqlite, 8), Submit(Kind.Sqlite, 64), Submit(Kind.Memory, 1)]),
        Contest("pull and complete", [Pull(Kind.Sqlite, 1), Pull(Kind.Sqlite, 8), Pull(Kind.Sqlite, 64), Pull(Kind.Memory, 1), Pull(Kind.Memory, 8)]),
    ];

    private static Contest Contest(string name, IReadOnlyList<Contestant> contestants) =>
        new(name, contestants) { Headline = JobsPerSecond, Details = [Headline.CpuPerItem, Headline.BytesPerItem] };
}
