using ReadDigits.Model;
using ReadDigits.Pages;

namespace ReadDigits.Reading;

/// <summary>What was read: a label for each digit found.</summary>
internal sealed record PageLabels(FoundDigits Found, string Labels) : IPageItem
{
    public PageFile File => Found.File;
}

internal static partial class DigitReader
{
    /// <summary>Maps scores back to what they stand for.</summary>
    static IEnumerable<PageLabels> Remap(IEnumerable<PageScores> pages)
    {
        foreach (var page in pages)
            yield return new(page.Found, Labels.Of(page.Scores));
    }
}
