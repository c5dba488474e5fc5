namespace Penstock.Processes;

/// <summary>The last lines of something.</summary>
internal sealed class LineTail
{
    private const int MostLines = 20;
    private const int LongestLine = 1000;

    private readonly Queue<string> lines = new(MostLines);

    public void Add(string line)
    {
        if (lines.Count == MostLines)
            lines.Dequeue();
        lines.Enqueue(line.Length <= LongestLine ? line : line[..LongestLine] + "…");
    }

    public override string ToString() => string.Join('\n', lines);
}
