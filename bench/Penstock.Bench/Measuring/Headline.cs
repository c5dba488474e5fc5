using System.Globalization;

namespace Penstock.Bench.Measuring;

/// <summary>A figure read from a round.</summary>
/// <param name="Key">In JSON lines.</param>
/// <param name="Unit">Title of its column.</param>
/// <param name="Format">Of the number.</param>
/// <param name="LowerIsBetter">Turns ratios round.</param>
/// <param name="Read">Takes the figure from a round.</param>
internal sealed record Headline(string Key, string Unit, string Format, bool LowerIsBetter, Func<Round, double> Read)
{
    public static Headline ItemsPerSecond { get; } =
        new("items_per_s", "items/s", "N0", LowerIsBetter: false, round => Positive(round.Items / round.Elapsed.TotalSeconds));

    public static Headline CoreShare { get; } =
        new("core_percent", "% of a core", "N3", LowerIsBetter: true, round => round.Elapsed > TimeSpan.Zero ? 100 * (round.Processor / round.Elapsed) : double.NaN);

    public static Headline BytesPerItem { get; } =
        new("bytes", "bytes/item", "N3", LowerIsBetter: true, round => round.Bytes is { } bytes ? (double)bytes / round.Items : double.NaN);

    /// <summary>Of all its processes.</summary>
    public static Headline CpuPerItem { get; } =
        new("cpu_ns", "cpu ns/item", "N1", LowerIsBetter: true, round => round.Processor.TotalNanoseconds / round.Items);

    /// <summary>Median of a <see cref="Histogram"/>.</summary>
    public static Headline Microseconds { get; } = Figure("p50", "p50 µs");

    /// <summary>Those above it.</summary>
    public static IReadOnlyList<Headline> Percentiles { get; } = [Figure("p90", "p90 µs"), Figure("p99", "p99 µs"), Figure("p99.9", "p99.9 µs")];

    /// <summary>The time of a whole round.</summary>
    public static Headline Milliseconds { get; } =
        new("ms", "ms", "N2", LowerIsBetter: true, round => round.Elapsed.TotalMilliseconds);

    /// <summary>One of the contestant's further figures.</summary>
    public static Headline Figure(string name, string unit, string format = "N2") =>
        new(name, unit, format, LowerIsBetter: true, round => round.Figure(name));

    public string Text(double figure) => double.IsNaN(figure) ? "–" : figure.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>How many times better a figure is than another one; nothing where one of them is not above zero.</summary>
    public double? Ratio(double figure, double other)
    {
        if (!(figure > 0) || !(other > 0))
            return null;
        return LowerIsBetter ? other / figure : figure / other;
    }

    // The difference of two runs may be lost in the noise, which is no figure then.
    private static double Positive(double figure) => figure > 0 ? figure : double.NaN;
}
