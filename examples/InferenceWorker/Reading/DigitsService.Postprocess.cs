using ReadDigits.Model;

namespace InferenceWorker.Reading;

/// <summary>What an image says, a line for each row.</summary>
internal sealed record PageText(string Image, string Digits);

internal static partial class DigitsService
{
    /// <summary>From scores back to text.</summary>
    static IEnumerable<string> Postprocess(IEnumerable<StripScores> strips)
    {
        foreach (var strip in strips)
            yield return Fill(strip.Cells, Labels.Of(strip.Scores));
    }

    static string Fill(string cells, string labels)
    {
        var next = 0;
        return string.Concat(cells.Select(cell => cell == Digit ? labels[next++] : cell));
    }

    /// <summary>Gathers the strips of an image, in their order.</summary>
    static PageText Join(ImageFile file, IReadOnlyList<string> strips) => new(file.Name, string.Join('\n', strips));
}
