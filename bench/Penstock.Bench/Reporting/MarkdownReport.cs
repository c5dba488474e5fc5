using System.Globalization;
using System.Reflection;
using System.Text;
using Penstock.Bench.Measuring;
using Penstock.Bench.Suites;

namespace Penstock.Bench.Reporting;

/// <summary>The tables to be kept, with the machine they were measured on.</summary>
internal static class MarkdownReport
{
    public static void Save(string path, Pace pace, double? load, IReadOnlyList<Line> lines)
    {
        var text = new StringBuilder();
        text.Append("# Benchmark results\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- Machine: {Machine.Description}\n");
        text.Append(CultureInfo.InvariantCulture, $"- Date: {TimeProvider.System.GetUtcNow():yyyy-MM-dd}, version {Version}\n");
        if (load is not null)
            text.Append(CultureInfo.InvariantCulture, $"- Load before it began: {load} (0 is quiet)\n");
        var seconds = pace.RoundTime.TotalSeconds;
        text.Append(CultureInfo.InvariantCulture, $"- Medians of {pace.Rounds} alternating rounds of about {seconds} s, where bench/README.md names no other numbers\n");
        text.Append("- Spread is from the lowest to the highest round; a ratio above 1 is ahead of the best peer of its table, if it is resolved\n");

        foreach (var suite in Suite.All)
        {
            var own = lines.Where(line => string.Equals(line.Suite, suite.Name, StringComparison.Ordinal)).ToList();
            if (own.Count > 0)
                Append(text, suite, own);
        }

        File.WriteAllText(path, text.ToString());
    }

    private static string Version =>
        typeof(MarkdownReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "unknown";

    private static void Append(StringBuilder text, Suite suite, List<Line> lines)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {suite.Name}: {suite.Topic}\n");
        foreach (var contest in lines.GroupBy(line => line.Name, StringComparer.Ordinal))
        {
            var titles = Cells.Titles(contest.First());
            text.Append(CultureInfo.InvariantCulture, $"\n### {contest.Key}\n\n");
            AppendRow(text, titles);
            AppendRow(text, titles.Select((_, column) => column == 0 ? "---" : "---:"));
            foreach (var line in contest)
                AppendRow(text, Cells.Of(line));
            foreach (var note in Cells.Notes(contest))
                text.Append(CultureInfo.InvariantCulture, $"\n{note}\n");
        }

        text.Append('\n');
        foreach (var finding in suite.Findings(lines))
            text.Append("- ").Append(finding.Outcome == Outcome.Missed ? "**missed**" : Cells.Of(finding.Outcome)).Append($": {finding}\n");
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) =>
        text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |\n");
}
