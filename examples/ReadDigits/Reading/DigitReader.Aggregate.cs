namespace ReadDigits.Reading;

internal static partial class DigitReader
{
    /// <summary>The sink: counts what was read. The only step that looks at the truth.</summary>
    static Tally Aggregate(IEnumerable<PageLabels> pages)
    {
        var tally = new Tally();
        foreach (var page in pages)
            tally.Add(page);
        return tally;
    }
}
