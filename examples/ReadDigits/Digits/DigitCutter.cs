namespace ReadDigits.Digits;

/// <summary>
/// Finds the digit in a cell by its ink, and brings it to the size, place and blackness that the network has learned:
/// 16×16 values from 0 (paper) to 1 (ink). Keeps its working memory, so each worker owns one.
/// </summary>
internal sealed partial class DigitCutter
{
    /// <summary>The network's input is a square of this many pixels.</summary>
    public const int InputSide = 16;

    public const int InputLength = InputSide * InputSide;

    const int Side = CellPainter.CellSide;

    // The longer side of a digit fills this much of the input.
    const float DigitSide = 14;

    // Fainter marks are shadows and noise.
    const float FaintestInk = 50;

    readonly float[] rows = new float[Side * Side];
    readonly float[] ink = new float[Side * Side];
    readonly InkBlobs blobs = new(Side);

    /// <summary>Fills <paramref name="input"/> with the digit in the cell at that corner. Returns why there is none to read, or null.</summary>
    public string? Cut(GreyImage page, int left, int top, Span<float> input)
    {
        Blur(page, left, top, Brightness(page, left, top));

        var blackest = 0f;
        foreach (var value in ink)
            blackest = Math.Max(blackest, value);
        if (blackest < FaintestInk)
            return "no ink in the cell";

        var box = blobs.Surround(ink, threshold: 0.4f * blackest);
        if (box is null)
            return "nothing but dust in the cell";
        if (box.Value.Width >= Side && box.Value.Height >= Side)
            return "ink all over the cell";

        Resample(box.Value, 1 / blackest, input);
        return null;
    }

    // Most of a cell is paper, so the median is its brightness, whatever is written on it.
    static int Brightness(GreyImage page, int left, int top)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        for (var y = 0; y < Side; y++)
        {
            foreach (var pixel in page.Row(top + y).Slice(left, Side))
                counts[pixel]++;
        }

        var (brightness, below) = (0, counts[0]);
        while (below < Side * Side / 2)
            below += counts[++brightness];
        return brightness;
    }

    // Ink is what is darker than the paper; 1-2-1 in both directions takes most of the noise away.
    void Blur(GreyImage page, int left, int top, int paper)
    {
        for (var y = 0; y < Side; y++)
        {
            var pixels = page.Row(top + y).Slice(left, Side);
            var row = rows.AsSpan(y * Side, Side);
            int before = pixels[0], here = pixels[0];
            for (var x = 0; x < Side; x++)
            {
                int after = pixels[Math.Min(x + 1, Side - 1)];
                row[x] = 4 * paper - (before + 2 * here + after);
                (before, here) = (here, after);
            }
        }

        for (var y = 0; y < Side; y++)
        {
            var above = rows.AsSpan(Math.Max(y - 1, 0) * Side, Side);
            var row = rows.AsSpan(y * Side, Side);
            var below = rows.AsSpan(Math.Min(y + 1, Side - 1) * Side, Side);
            var result = ink.AsSpan(y * Side, Side);
            for (var x = 0; x < result.Length; x++)
                result[x] = Math.Max(0, (above[x] + 2 * row[x] + below[x]) * (1f / 16));
        }
    }

    // Four points per value: the digit is shrunk to about half.
    void Resample(InkBox box, float scale, Span<float> input)
    {
        var step = Math.Max(box.Width, box.Height) / DigitSide;
        var left = box.CentreX - (InputSide / 2f - 0.25f) * step;
        var top = box.CentreY - (InputSide / 2f - 0.25f) * step;
        for (var y = 0; y < InputSide; y++)
        {
            for (var x = 0; x < InputSide; x++)
            {
                var (right, down) = (left + x * step, top + y * step);
                var sum = At(right, down) + At(right + step / 2, down)
                    + At(right, down + step / 2) + At(right + step / 2, down + step / 2);
                input[y * InputSide + x] = Math.Min(1, sum * scale * 0.25f);
            }
        }
    }

    float At(float x, float y)
    {
        if (x < 0 || y < 0 || x >= Side - 1 || y >= Side - 1)
            return 0;
        var (left, top) = ((int)x, (int)y);
        var corner = top * Side + left;
        var above = ink[corner] + (ink[corner + 1] - ink[corner]) * (x - left);
        var below = ink[corner + Side] + (ink[corner + Side + 1] - ink[corner + Side]) * (x - left);
        return above + (below - above) * (y - top);
    }
}
