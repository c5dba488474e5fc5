using System.Globalization;
using System.Runtime.InteropServices;

namespace Penstock.Bench.Reporting;

/// <summary>The machine the figures were taken on.</summary>
internal static class Machine
{
    public static string Description =>
        $"{Environment.ProcessorCount} cores of {ProcessorName()}, {RuntimeInformation.OSDescription}, "
        + RuntimeInformation.FrameworkDescription;

    /// <summary>How many programs want a processor, over the last minute; null where the system does not tell.</summary>
    public static double? Load
    {
        get
        {
            const string Average = "/proc/loadavg";
            return File.Exists(Average) ? double.Parse(File.ReadAllText(Average).Split(' ')[0], CultureInfo.InvariantCulture) : null;
        }
    }

    private static string ProcessorName()
    {
        const string Information = "/proc/cpuinfo";
        var line = File.Exists(Information)
            ? File.ReadLines(Information).FirstOrDefault(each => each.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
