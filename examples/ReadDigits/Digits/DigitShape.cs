namespace ReadDigits.Digits;

/// <summary>A sample drawn smoothly: the 8×8 grey values as a 32×32 picture of ink from 0 to 1 (the size it was scanned at).</summary>
internal sealed class DigitShape
{
    const int Zoom = 4;
    const int Side = DigitSample.Side * Zoom;

    readonly float[] ink = new float[Side * Side];

    public DigitShape(DigitSample sample)
    {
        Label = sample.Label;
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
                ink[y * Side + x] = Smooth(sample.Grey, (x + 0.5f) / Zoom - 0.5f, (y + 0.5f) / Zoom - 0.5f);
        }
    }

    public char Label { get; }

    /// <summary>The ink at a point, where (0, 0) is the centre of the digit and its square reaches from −1 to 1.</summary>
    public float At(float x, float y)
    {
        var column = (x + 1) * (Side / 2f) - 0.5f;
        var row = (y + 1) * (Side / 2f) - 0.5f;
        if (column < 0 || row < 0 || column >= Side - 1 || row >= Side - 1)
            return 0;
        var (left, top) = ((int)column, (int)row);
        var (right, down) = (column - left, row - top);
        var corner = top * Side + left;
        var above = ink[corner] + (ink[corner + 1] - ink[corner]) * right;
        var below = ink[corner + Side] + (ink[corner + Side + 1] - ink[corner + Side]) * right;
        return above + (below - above) * down;
    }

    // Cubic interpolation, then a slightly steeper slope from paper to ink: a pen leaves edges, not fog.
    static float Smooth(byte[] grey, float x, float y)
    {
        var (left, top) = ((int)MathF.Floor(x), (int)MathF.Floor(y));
        var sum = 0f;
        for (var row = top - 1; row <= top + 2; row++)
        {
            for (var column = left - 1; column <= left + 2; column++)
            {
                if (row is >= 0 and < DigitSample.Side && column is >= 0 and < DigitSample.Side)
                    sum += grey[row * DigitSample.Side + column] * Cubic(x - column) * Cubic(y - row);
            }
        }

        return Math.Clamp((sum / 16 - 0.1f) / 0.8f, 0, 1);
    }

    static float Cubic(float distance)
    {
        var d = MathF.Abs(distance);
        return d < 1 ? (1.5f * d - 2.5f) * d * d + 1 : ((-0.5f * d + 2.5f) * d - 4) * d + 2;
    }
}
