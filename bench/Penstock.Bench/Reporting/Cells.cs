using System.Globalization;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Reporting;

/// <summary>The figures of a line as text, the same in every table.</summary>
internal static class Cells
{
    public static string[] Titles(Headline headline) =>
        Columns(headline, "peer", headline.Unit, "spread", "ratio", "cpu ns/item", Headline.BytesPerItem.Unit);

    public static string[] Of(Line line) => Columns(
        line.Headline,
        line.Peer,
        Text(line.Median, line.Headline.Format),
        $"{Text(line.Spread, "N0")} %",
        line.Ratio is { } ratio ? $"{Text(ratio, "N2")}×" : "–",
        Text(line.CpuNs, "N1"),
        Text(line.Bytes, Headline.BytesPerItem.Format));

    public static string Claim(Line line, Claim claim) => $"{line.Name}: {line.Peer}, {claim.Text}";

    // A table that is about bytes has them in front already.
    private static string[] Columns(Headline headline, params string[] cells) =>
        headline == Headline.BytesPerItem ? cells[..^1] : cells;

    // Differences of two runs may fall a little below zero; "-0.000" would look like a fault.
    private static string Text(double figure, string format) =>
        (Math.Round(figure, 3) + 0.0).ToString(format, CultureInfo.InvariantCulture);
}
