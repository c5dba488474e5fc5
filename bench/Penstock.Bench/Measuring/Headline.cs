namespace Penstock.Bench.Measuring;

/// <summary>A figure read from a round.</summary>
internal sealed record Headline(string Unit, string Format, bool LowerIsBetter, Func<Round, double> Read)
{
    public static Headline ItemsPerSecond { get; } =
        new("items/s", "N0", LowerIsBetter: false, round => round.Items / round.Elapsed.TotalSeconds);

    public static Headline CoreShare { get; } =
        new("% of a core", "N3", LowerIsBetter: true, round => 100 * (round.Processor / round.Elapsed));

    public static Headline BytesPerItem { get; } =
        new("bytes/item", "N3", LowerIsBetter: true, round => round.BytesPerItem);

    /// <summary>How many times better a figure is than another one; nothing where one of them is not above zero.</summary>
    public double? Ratio(double figure, double other)
    {
        if (figure <= 0 || other <= 0)
            return null;
        return LowerIsBetter ? other / figure : figure / other;
    }
}
