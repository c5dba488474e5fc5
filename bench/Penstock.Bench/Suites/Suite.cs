using Penstock.Bench.Measuring;

namespace Penstock.Bench.Suites;

/// <summary>A family of contests. To add one: derive from this in a file of its own and list it in <see cref="All"/>.</summary>
internal abstract class Suite
{
    public static IReadOnlyList<Suite> All { get; } =
    [
        new LimitsSuite(), new SmallSuite(), new WorkersSuite(), new FusedSuite(), new OverlapSuite(), new CrowdedSuite(), new ProcessSuite(),
        new LatencySuite(), new UtilisationSuite(), new StartupSuite(), new IdleSuite(), new MemorySuite(), new ScaleSuite(), new AllocationsSuite(), new QueueSuite(),
    ];

    /// <summary>As on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence for the heading of the table.</summary>
    public abstract string Topic { get; }

    /// <summary>Run one after the other.</summary>
    public abstract IEnumerable<Contest> Contests { get; }

    /// <summary>What it is to show over several contests.</summary>
    public virtual IEnumerable<Trend> Trends => [];

    /// <summary>What its contestants were to show, and whether they did.</summary>
    public IEnumerable<Finding> Findings(IReadOnlyCollection<Line> lines) =>
        [.. lines.SelectMany(static line => line.Findings), .. Trends.Select(trend => trend.Judge(lines)).OfType<Finding>()];

    public static Suite? Find(string name) =>
        All.FirstOrDefault(suite => string.Equals(suite.Name, name, StringComparison.Ordinal));
}
