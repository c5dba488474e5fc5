using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>
/// The three steps as plain generators, and what the middle one does to an item. No step decides anything for each item that could be
/// decided before: a nanosecond more of the user's work hides one of the engine's.
/// </summary>
internal static class Steps
{
    public static IEnumerable<int> Generate(int count)
    {
        for (var i = 0; i < count; i++)
            yield return i;
    }

    public static IEnumerable<int> GenerateSlowly((int Count, TimeSpan Pause) argument)
    {
        for (var i = 0; i < argument.Count; i++)
        {
            Thread.Sleep(argument.Pause);
            yield return i;
        }
    }

    public static IEnumerable<int> AddOne(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item + 1;
    }

    public static IEnumerable<int> AddOneUnevenly(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return AddOneSlowly(item);
    }

    public static IEnumerable<int> Pass(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }

    public static Tally Consume(IEnumerable<int> items)
    {
        var tally = new Tally();
        foreach (var item in items)
            tally.Add(item);
        return tally;
    }

    /// <summary>
    /// Uneven: as much work as a hash of the item says, 0.5 to 20 µs and 5 µs on average at 3 GHz. It is counted in steps that each
    /// wait for the one before, so that it is the same work in every language, however busy the machine is.
    /// </summary>
    public static int AddOne(int item, bool uneven) => uneven ? AddOneSlowly(item) : item + 1;

    private static int AddOneSlowly(int item)
    {
        var hash = (ulong)item + 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        hash ^= hash >> 31;
        return Compute(hash, 375 * (1 + ((hash % 40) * ((hash >> 32) % 40) / 40))) == 0 ? item : item + 1;
    }

    /// <summary>So many multiplications, each of which needs the result of the one before.</summary>
    public static ulong Compute(ulong state, ulong steps)
    {
        for (; steps > 0; steps--)
            state = (state * 6364136223846793005) + 1442695040888963407;
        return state;
    }
}
