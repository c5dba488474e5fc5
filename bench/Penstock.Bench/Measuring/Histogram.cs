using System.Diagnostics;
using System.Numerics;

namespace Penstock.Bench.Measuring;

/// <summary>Times in buckets of 3 %: percentiles of any number of samples in constant memory.</summary>
internal sealed class Histogram
{
    private const int Steps = 32;

    private readonly long[] buckets = new long[64 * Steps];
    private long count;

    /// <summary>Percentiles in µs.</summary>
    public IReadOnlyDictionary<string, double> Figures => new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["p50"] = Percentile(0.5),
        ["p90"] = Percentile(0.9),
        ["p99"] = Percentile(0.99),
        ["p99.9"] = Percentile(0.999),
    };

    public void Add(long ticks)
    {
        var time = (ulong)Math.Max(1, ticks);
        var octave = BitOperations.Log2(time);
        // The five bits below the highest one.
        var step = (int)((octave >= 5 ? time >> (octave - 5) : time << (5 - octave)) & (Steps - 1));
        buckets[(octave * Steps) + step]++;
        count++;
    }

    private double Percentile(double share)
    {
        long below = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            below += buckets[i];
            if (count > 0 && below >= share * count)
                return (1L << (i / Steps)) * (1 + (((i % Steps) + 0.5) / Steps)) * 1e6 / Stopwatch.Frequency;
        }

        return double.NaN;
    }
}
