using ReadDigits.Model;
using ReadDigits.Pages;

namespace ReadDigits.Reading;

/// <summary>What the network says about the digits of a page: shape [digits, 10], the highest score of a row wins.</summary>
internal sealed record PageScores(FoundDigits Found, float[] Scores) : IPageItem
{
    PageFile IPageItem.File => Found.File;
}

internal static partial class DigitReader
{
    // Large enough to keep the vector units busy, and a whole number of cache lines; three batches hold a full page.
    const int Batch = 128;

    /// <summary>
    /// The exclusive step: one worker loads the weights once, then owns the network. Think of it as the graphics card that a real
    /// model would occupy: all other steps are there to keep it busy.
    /// </summary>
    public static IEnumerable<PageScores> RunModel(IEnumerable<PageDigits> pages, string weights)
    {
        var network = new Network(Batch);
        WeightsFile.Read(weights, network);
        foreach (var page in pages)
        {
            var scores = new float[page.Found.Cells.Length * Network.Classes];
            using (page)
                network.Score(page.Inputs.Span, scores);
            yield return new(page.Found, scores);
        }
    }
}
