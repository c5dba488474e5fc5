using Penstock.Bench.Measuring;

namespace Penstock.Bench.Reporting;

/// <summary>Aligned tables, one per contest, written as soon as the contest is over.</summary>
internal sealed class ConsoleTable(TextWriter output)
{
    public void Write(IReadOnlyList<Line> lines)
    {
        var rows = lines.Select(Cells.Of).Prepend(Cells.Titles(lines[0])).ToList();
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();

        output.WriteLine($"  {lines[0].Name}");
        foreach (var row in rows)
        {
            var figures = row.Skip(1).Zip(widths.Skip(1), (text, width) => text.PadLeft(width));
            output.WriteLine($"    {row[0].PadRight(widths[0])}  {string.Join("  ", figures)}");
        }

        foreach (var note in Cells.Notes(lines))
            output.WriteLine($"    {note}");
        output.WriteLine();
    }

    public void Write(IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
            output.WriteLine($"  {Cells.Of(finding.Outcome),-12}  {finding}");

        output.WriteLine();
    }
}
