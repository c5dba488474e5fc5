using System.Text.Json;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Reporting;

/// <summary>One JSON object per line, for scripts that compare runs.</summary>
internal static class JsonLines
{
    public static void Save(string path, IEnumerable<Line> lines) => File.WriteAllLines(path, lines.Select(Text));

    private static string Text(Line line) => JsonSerializer.Serialize(new
    {
        name = line.Name,
        suite = line.Suite,
        peer = line.Peer,
        unit = line.Headline.Unit,
        median = line.Median,
        spread = line.Spread,
        ratio = line.Ratio,
        cpu_ns = line.CpuNs,
        bytes = line.Bytes,
    });
}
