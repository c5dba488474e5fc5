namespace Penstock.Bench.Measuring;

/// <summary>Finds how many items a contestant does in the time of a round. It is the warm-up as well.</summary>
internal static class Calibration
{
    /// <summary>Sums and counts stay far from overflow.</summary>
    private const int Most = 1_000_000_000;

    public static async Task<int> FindItemsAsync(ContestantProcess contestant, TimeSpan roundTime)
    {
        // Says nothing about speed: loads and compiles the code.
        await contestant.MeasureAsync(1);

        for (var items = 1; ;)
        {
            var elapsed = (await contestant.MeasureAsync(items)).Elapsed;
            var growth = roundTime / elapsed;
            // Small steps at first: early runs are slow, in code not yet optimised, and must not settle the count.
            var next = (int)Math.Round(Math.Clamp(items * Math.Min(growth, 10), 1, Most));
            if (growth < 1.5 || next == items)
                return next;
            items = next;
        }
    }
}
