namespace Penstock.Processes;

/// <summary>
/// The last lines that a process has printed. The runtime's report of a crash may be longer than that, so what stood around its beginning
/// is kept as well: the process's own last lines, and what the crash was.
/// </summary>
internal sealed class LineTail
{
    private const int MostLines = 20;
    private const int MostBeforeReport = 10;
    private const int MostOfReport = 10;
    private const int LongestLine = 1000;

    // Source: what the runtime prints for exceptions, Environment.FailFast, stack overflows and errors of its own.
    private static readonly string[] ReportBeginnings = ["Unhandled exception.", "Process terminated.", "Stack overflow.", "Fatal error."];

    private readonly Queue<string> lines = new(MostLines);
    private readonly List<string> opening = []; // of the latest report, with what preceded it
    private long count;
    private long openingAt;
    private int openingLeft;

    public void Add(string line)
    {
        var text = line.Length <= LongestLine ? line : line[..LongestLine] + "…";
        if (ReportBeginnings.Any(beginning => line.StartsWith(beginning, StringComparison.Ordinal)))
            BeginReport();
        if (openingLeft-- > 0)
            opening.Add(text);
        if (lines.Count == MostLines)
            lines.Dequeue();
        lines.Enqueue(text);
        count++;
    }

    public override string ToString()
    {
        var fallenOut = (int)Math.Clamp(count - lines.Count - openingAt, 0, opening.Count);
        var isGap = fallenOut > 0 && openingAt + opening.Count < count - lines.Count;
        return string.Join('\n', [.. opening.Take(fallenOut), .. isGap ? ["…"] : Array.Empty<string>(), .. lines]);
    }

    private void BeginReport()
    {
        opening.Clear();
        opening.AddRange(lines.TakeLast(MostBeforeReport));
        openingAt = count - opening.Count;
        openingLeft = MostOfReport;
    }
}
