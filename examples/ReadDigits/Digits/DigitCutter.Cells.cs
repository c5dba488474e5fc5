namespace ReadDigits.Digits;

internal sealed partial class DigitCutter
{
    /// <summary>Cuts the digits out of all cells of an image, row by row.</summary>
    /// <param name="image">Its sides are whole numbers of cells.</param>
    /// <param name="inputs">Receives the digits that there are, one after the other; shape [cells, 16 × 16].</param>
    /// <returns>For each cell why there is none to read, or null if there is.</returns>
    public string?[] CutAll(GreyImage image, Span<float> inputs)
    {
        var columns = image.Width / Side;
        var reasons = new string?[columns * (image.Height / Side)];
        for (var cell = 0; cell < reasons.Length; cell++)
        {
            reasons[cell] = Cut(image, cell % columns * Side, cell / columns * Side, inputs[..InputLength]);
            if (reasons[cell] is null)
                inputs = inputs[InputLength..];
        }

        return reasons;
    }
}
