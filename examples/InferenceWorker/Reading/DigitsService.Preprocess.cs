using ReadDigits.Digits;

namespace InferenceWorker.Reading;

/// <summary>The digits of a strip as the network wants them.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Cells">A character for each cell of the strip: <c>?</c> if there is a digit in it, else a dot.</param>
/// <param name="Inputs">Shape [digits, 16 × 16].</param>
internal sealed record StripDigits(string Image, string Cells, float[] Inputs);

internal static partial class DigitsService
{
    const char Digit = '?';
    const char Blank = '.';

    /// <summary>Cuts the digits out of the strips and normalises them. Each worker owns a cutter for its whole life.</summary>
    static IEnumerable<StripDigits> Preprocess(IEnumerable<Strip> strips)
    {
        var cutter = new DigitCutter();
        foreach (var strip in strips)
        {
            StripDigits digits;
            using (strip)
                digits = CutOut(strip, cutter);
            yield return digits;
        }
    }

    static StripDigits CutOut(Strip strip, DigitCutter cutter)
    {
        var inputs = new float[strip.Pixels.Width / CellPainter.CellSide * DigitCutter.InputLength];
        var cells = string.Concat(cutter.CutAll(strip.Pixels, inputs).Select(reason => reason is null ? Digit : Blank));
        return new(strip.Image, cells, inputs[..(cells.Count(cell => cell == Digit) * DigitCutter.InputLength)]);
    }
}
