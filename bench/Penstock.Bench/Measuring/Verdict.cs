namespace Penstock.Bench.Measuring;

/// <summary>What the rounds of two contestants say about which is better, and whether they say it louder than the noise.</summary>
internal enum Verdict
{
    /// <summary>Nothing to compare.</summary>
    None,
    Ahead,
    Behind,

    /// <summary>The noise hides it.</summary>
    NotResolved,
}

internal static class Verdicts
{
    /// <summary>Chance that equal contestants would look so different.</summary>
    private const double Doubt = 0.05;

    private const int Fewest = 3;

    /// <summary>
    /// Rounds of the same number ran one after the other, so they are compared in pairs: the sign test. With too few rounds for
    /// it, every round of the one has to be ahead of every round of the other.
    /// </summary>
    public static Verdict Of(IReadOnlyList<double> own, IReadOnlyList<double> other, bool lowerIsBetter)
    {
        if (own.Count < Fewest || own.Any(double.IsNaN) || other.Any(double.IsNaN))
            return Verdict.None;

        var differences = own.Zip(other, (a, b) => lowerIsBetter ? b - a : a - b).Where(difference => difference != 0).ToList();
        var wins = differences.Count(difference => difference > 0);
        var resolved = SignTest(wins, differences.Count) < Doubt
            || own.Min() > other.Max() || own.Max() < other.Min();
        if (!resolved)
            return Verdict.NotResolved;
        return wins * 2 > differences.Count ? Verdict.Ahead : Verdict.Behind;
    }

    /// <summary>The chance that a fair coin falls at least as unevenly.</summary>
    private static double SignTest(int wins, int pairs)
    {
        var many = Math.Max(wins, pairs - wins);
        double chance = 0, ways = 1;
        for (var k = pairs; k >= many; k--)
        {
            chance += ways;
            ways = ways * k / (pairs - k + 1);
        }

        return Math.Min(1, 2 * chance / Math.Pow(2, pairs));
    }
}
