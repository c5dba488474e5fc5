namespace Penstock.Bench.Measuring;

/// <summary>Finds how many items a contestant does in the time of a round. It is the warm-up as well.</summary>
internal static class Calibration
{
    /// <summary>Sums and counts stay far from overflow.</summary>
    private const int Most = 1_000_000_000;

    private static readonly TimeSpan Least = TimeSpan.FromMicroseconds(1);

    public static async Task<int> FindItemsAsync(ContestantProcess contestant, TimeSpan roundTime)
    {
        // Says nothing about speed: loads and compiles the code.
        await contestant.MeasureAsync(1);
        // The time of a round is for items: what it takes to start threads or processes comes on top. One item may be much work, too.
        var first = await QuickestAsync(contestant, 1);

        for (var items = 10; ;)
        {
            var elapsed = await QuickestAsync(contestant, items);
            var further = elapsed - first > Least ? elapsed - first : Least;
            var growth = roundTime / (further * items / (items - 1));
            // Small steps at first: early runs are slow, in code not yet optimised, and must not settle the count.
            var next = (int)Math.Round(Math.Clamp(items * Math.Min(growth, 10), 2, Most));
            if (growth < 1.5 || next == items)
                return next;
            items = next;
        }
    }

    /// <summary>Of two: what disturbs only ever adds, and a start that was held up must not make few items look like enough.</summary>
    private static async Task<TimeSpan> QuickestAsync(ContestantProcess contestant, int items)
    {
        var one = (await contestant.MeasureAsync(items)).Elapsed;
        var other = (await contestant.MeasureAsync(items)).Elapsed;
        return one < other ? one : other;
    }
}
