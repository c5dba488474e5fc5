using System.Diagnostics;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Streams of arrays of 4 KB, so that an item kept by mistake would show.</summary>
internal static class Streams
{
    public const string Peak = "peak_mb";

    private const int InFlight = 12;
    private const int Size = 4_000;
    private const double Megabyte = 1e6;

    public static Contestant Of(int length, Isolation isolation)
    {
        var crossing = isolation == Isolation.Process
            ? Blocks.Crossing.Processes(InFlight, Size)
            : Blocks.Crossing.Threads(InFlight, Size);
        return crossing with
        {
            Name = $"Penstock, {length:N0} items",
            Items = length,
            Run = async count =>
            {
                var tally = await crossing.Run!(count);
                using var self = Process.GetCurrentProcess();
                tally.Figures = new Dictionary<string, double>(StringComparer.Ordinal)
                {
                    [Peak] = Math.Max(self.PeakWorkingSet64, ProcessorTime.PeakOfLargestChild) / Megabyte,
                };
                return tally;
            },
        };
    }
}
