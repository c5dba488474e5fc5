using ReadDigits.Digits;

namespace TrainDigits;

/// <summary>Cells as they appear on pages, cut out as the reader does it: each one different, all of them the same for the same seed.</summary>
internal sealed class CellSource(IEnumerable<DigitSample> samples, Func<SeededRandom, Pose> pose, int seed) : IDisposable
{
    readonly DigitShape[] digits = [.. samples.Select(sample => new DigitShape(sample))];
    readonly SeededRandom random = SeededRandom.For(seed, page: 0);
    readonly DigitCutter cutter = new();
    readonly GreyImage cell = new(CellPainter.CellSide, CellPainter.CellSide);
    int next;

    public int Count => digits.Length;

    /// <summary>Fills the input with the next digit, all of them in turn in a new order each time round. Returns what it shows.</summary>
    public char Next(Span<float> input)
    {
        if (next == 0)
            random.Shuffle<DigitShape>(digits);
        var digit = digits[next];
        next = (next + 1) % digits.Length;

        do
            CellPainter.Paint(cell, 0, 0, digit, pose(random), new Paper(random), random);
        while (cutter.Cut(cell, 0, 0, input) is not null);
        return digit.Label;
    }

    public void Dispose() => cell.Dispose();
}
