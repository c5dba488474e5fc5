using System.Globalization;

namespace Penstock.Bench.Measuring;

/// <summary>What a contestant is to show from one contest of a suite to another one.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Text">Of what, and how much.</param>
/// <param name="From">The name of the one contest.</param>
/// <param name="To">That of the other.</param>
/// <param name="Cost">What is to grow no more than so many times.</param>
/// <param name="Most">So many times.</param>
internal sealed record Trend(string Peer, string Text, string From, string To, Func<Line, double> Cost, double Most)
{
    /// <summary>How many times as much work an item is in the other contest.</summary>
    public double Work { get; init; } = 1;

    /// <summary>Of a contest whose headline is a rate.</summary>
    public static double TimePerItem(Line line) => 1 / line.Median;

    public static double ProcessorTime(Line line) => line.Details.First(static detail => detail.Headline == Headline.CpuPerItem).Median;

    /// <summary>Null if not both contests have run.</summary>
    public Finding? Judge(IReadOnlyCollection<Line> lines)
    {
        if (Find(From) is not { } from || Find(To) is not { } to)
            return null;
        var growth = Cost(to) / Cost(from) / Work;
        return new Finding(
            $"{From} to {To}: {Peer}, {Text}",
            double.IsNaN(growth) ? Outcome.NotMeasured : growth <= Most ? Outcome.Holds : Outcome.Missed,
            string.Create(CultureInfo.InvariantCulture, $"{growth:N2} times"));

        Line? Find(string contest) => lines.FirstOrDefault(line =>
            string.Equals(line.Name, contest, StringComparison.Ordinal) && string.Equals(line.Peer, Peer, StringComparison.Ordinal));
    }
}
