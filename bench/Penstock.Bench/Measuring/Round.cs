using System.Diagnostics;

namespace Penstock.Bench.Measuring;

/// <summary>One measured run of one contestant.</summary>
internal sealed record Round(int Items, TimeSpan Elapsed, TimeSpan Processor, long Bytes)
{
    /// <summary>The engine under test may hang; the benchmark must not.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public double ProcessorNanosecondsPerItem => Processor.TotalNanoseconds / Items;

    public double BytesPerItem => (double)Bytes / Items;

    public static async Task<Round> MeasureAsync(Contestant contestant, int items)
    {
        // The garbage of the contestant before is not this one's to collect.
        GC.Collect();
        GC.WaitForPendingFinalizers();

        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        // Microseconds from getrusage; Process.TotalProcessorTime counts in ticks of 10 ms on Linux, too coarse for short rounds.
        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();

        var tally = await RunAsync(contestant, items);

        var round = new Round(
            items,
            Stopwatch.GetElapsedTime(start),
            Environment.CpuUsage.TotalTime - processor,
            GC.GetTotalAllocatedBytes(precise: true) - bytes);
        tally.Check(contestant, items);
        return round;
    }

    /// <summary>The difference of two lengths of the same run: what the further items cost once all is started.</summary>
    public static async Task<Round> MeasureSteadyAsync(Contestant contestant, int items)
    {
        var shorter = await MeasureAsync(contestant, Math.Max(1, items / 4));
        var longer = await MeasureAsync(contestant, shorter.Items * 3);
        return new Round(
            longer.Items - shorter.Items,
            longer.Elapsed - shorter.Elapsed,
            longer.Processor - shorter.Processor,
            longer.Bytes - shorter.Bytes);
    }

    private static async Task<Tally> RunAsync(Contestant contestant, int items)
    {
        try
        {
            // Task.Run, so that a contestant that works on its caller's thread can be given up as well.
            return await Task.Run(() => contestant.Run(items)).WaitAsync(Limit);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{contestant.Name}: {items} items were not done within {Limit}.", e);
        }
    }
}
