namespace ReadDigits.Digits;

/// <summary>Draws one digit into one cell of a page, as a scanner would see it.</summary>
internal static class CellPainter
{
    /// <summary>Cells are squares of this many pixels.</summary>
    public const int CellSide = 40;

    public static void Paint(GreyImage page, int left, int top, DigitShape digit, Pose pose, Paper paper, SeededRandom random)
    {
        var blackness = random.Between(110, 180);
        var (sin, cos) = MathF.SinCos(pose.Turn);
        for (var y = 0; y < CellSide; y++)
        {
            var row = page.Row(top + y).Slice(left, CellSide);
            for (var x = 0; x < CellSide; x++)
            {
                // From the pixel back to the upright digit: move, turn, slant, stretch, bend.
                var right = x - CellSide / 2f + 0.5f - pose.Right;
                var down = y - CellSide / 2f + 0.5f - pose.Down;
                var (turnedRight, turnedDown) = (cos * right + sin * down, cos * down - sin * right);
                var (u, v) = ((turnedRight + pose.Slant * turnedDown) * 2 / pose.Width, turnedDown * 2 / pose.Height);
                var ink = digit.At(u + pose.Across.At(v), v + pose.Along.At(u));

                var light = paper.At(left + x, top + y) - blackness * ink + paper.Noise * random.Bell();
                row[x] = (byte)Math.Clamp(light + 0.5f, 0, 255);
            }
        }

        if (random.Below(4) == 0)
            Speckle(page, left + random.Below(CellSide - 1), top + random.Below(CellSide - 1), (byte)(60 + random.Below(60)));
    }

    // Dust: a dark dot of two by two pixels.
    static void Speckle(GreyImage page, int left, int top, byte grey)
    {
        page.Row(top).Slice(left, 2).Fill(grey);
        page.Row(top + 1).Slice(left, 2).Fill(grey);
    }
}
