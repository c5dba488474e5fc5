using System.Text.Json.Nodes;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Reporting;

/// <summary>One JSON object per line, for scripts that compare runs.</summary>
internal static class JsonLines
{
    public static void Save(string path, IEnumerable<Line> lines) => File.WriteAllLines(path, lines.Select(Text));

    private static string Text(Line line)
    {
        var json = new JsonObject
        {
            ["name"] = line.Name,
            ["suite"] = line.Suite,
            ["peer"] = line.Peer,
            ["unit"] = line.Headline.Unit,
            ["median"] = Number(line.Median),
            ["spread"] = Number(line.Spread),
            ["ratio"] = line.Ratio,
            ["verdict"] = line.Verdict switch
            {
                Verdict.Ahead => "ahead",
                Verdict.Behind => "behind",
                Verdict.NotResolved => "not resolved",
                _ => null,
            },
        };
        foreach (var (headline, median) in line.Details)
            json[headline.Key] = Number(median);
        if (line.Findings.Count > 0)
            json["claims"] = new JsonArray([.. line.Findings.Select(static finding => new JsonObject { ["text"] = finding.ToString(), ["outcome"] = Cells.Of(finding.Outcome) })]);
        if (line.Note is { } note)
            json["note"] = note;
        return json.ToJsonString();
    }

    // JSON has no word for what is not a number.
    private static double? Number(double figure) => double.IsFinite(figure) ? figure : null;
}
