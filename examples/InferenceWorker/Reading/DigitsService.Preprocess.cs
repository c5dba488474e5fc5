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
        var cells = new char[strip.Pixels.Width / CellPainter.CellSide];
        var inputs = new float[cells.Length * DigitCutter.InputLength];
        var found = 0;
        for (var cell = 0; cell < cells.Length; cell++)
        {
            var input = inputs.AsSpan(found * DigitCutter.InputLength, DigitCutter.InputLength);
            var isDigit = cutter.Cut(strip.Pixels, cell * CellPainter.CellSide, 0, input) is null;
            cells[cell] = isDigit ? Digit : Blank;
            found += isDigit ? 1 : 0;
        }

        return new(strip.Image, new(cells), inputs[..(found * DigitCutter.InputLength)]);
    }
}
