using System.Globalization;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Reporting;

/// <summary>The figures of a line as text, the same in every table.</summary>
internal static class Cells
{
    private const int WidestNote = 40;

    public static string[] Titles(Line line) =>
        ["peer", line.Headline.Unit, "spread", "ratio", "verdict", .. line.Details.Select(detail => detail.Headline.Unit)];

    public static string[] Of(Line line) =>
    [
        line.Peer,
        Text(line.Median, line.Headline.Format),
        double.IsNaN(line.Spread) ? "–" : $"{Text(line.Spread, "N0")} %",
        line.Ratio is { } ratio ? $"{Text(ratio, "N2")}×" : "–",
        line.Note is { } note ? (note.Length <= WidestNote ? note : "see below") : Text(line),
        .. line.Details.Select(detail => Text(detail.Median, detail.Headline.Format)),
    ];

    /// <summary>What does not fit into the table.</summary>
    public static IEnumerable<string> Notes(IEnumerable<Line> lines) =>
        lines.Where(line => line.Note?.Length > WidestNote).Select(line => $"{line.Peer}: {line.Note}");

    public static string Of(Outcome outcome) => outcome switch
    {
        Outcome.Holds => "holds",
        Outcome.NotResolved => "not resolved",
        Outcome.NotMeasured => "not measured",
        _ => "MISSED",
    };

    private static string Text(Line line) => (line.Verdict, line.CpuVerdict) switch
    {
        (Verdict.Ahead, _) => "ahead",
        (Verdict.Behind, _) => "behind",
        (Verdict.NotResolved, Verdict.Ahead) => "not resolved, less processor time",
        (Verdict.NotResolved, Verdict.Behind) => "not resolved, more processor time",
        (Verdict.NotResolved, _) => "not resolved",
        _ => "",
    };

    // Differences of two runs may fall a little below zero; "-0.000" would look like a fault.
    private static string Text(double figure, string format) =>
        double.IsNaN(figure) ? "–" : (Math.Round(figure, int.Parse(format.AsSpan(1), CultureInfo.InvariantCulture)) + 0.0).ToString(format, CultureInfo.InvariantCulture);
}
