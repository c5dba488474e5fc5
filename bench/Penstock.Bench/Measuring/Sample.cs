namespace Penstock.Bench.Measuring;

/// <summary>One figure over all rounds of a contestant.</summary>
/// <param name="Median">Half of the rounds were below, half above.</param>
/// <param name="Spread">From the lowest to the highest round, in percent of the median.</param>
internal sealed record Sample(double Median, double Spread)
{
    public static Sample Of(IReadOnlyCollection<double> figures)
    {
        // A figure that is missing once is not known; sorting would put it first and forget it.
        if (figures.Any(double.IsNaN))
            return new Sample(double.NaN, double.NaN);
        var sorted = figures.Order().ToArray();
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return new Sample(median, median > 0 ? 100 * (sorted[^1] - sorted[0]) / median : 0);
    }
}
