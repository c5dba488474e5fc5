namespace ReadDigits.Digits;

/// <summary>Draws digits side by side, each into a cell, on paper and in light that they share.</summary>
internal static class PagePainter
{
    /// <summary>An image of whole rows: there must be a multiple of <paramref name="columns"/> digits.</summary>
    public static GreyImage Paint(IReadOnlyList<DigitShape> digits, int columns, SeededRandom random)
    {
        const int side = CellPainter.CellSide;
        var image = new GreyImage(columns * side, digits.Count / columns * side);
        var paper = new Paper(random);
        for (var cell = 0; cell < digits.Count; cell++)
        {
            var (left, top) = (cell % columns * side, cell / columns * side);
            CellPainter.Paint(image, left, top, digits[cell], Pose.OnPage(random), paper, random);
        }

        return image;
    }
}
