using System.Buffers;
using ReadDigits.Digits;
using ReadDigits.Pages;

namespace ReadDigits.Reading;

/// <summary>Which cells of a page hold a digit to read, in reading order, and which do not and why.</summary>
internal sealed record FoundDigits(PageFile File, IReadOnlyList<int> Cells, IReadOnlyList<DigitAside> Aside);

/// <summary>A cell that is not read, and why.</summary>
internal sealed record DigitAside(int Cell, string Reason);

/// <summary>The digits of a page as the network wants them, in rented memory: whoever gets them disposes them.</summary>
internal sealed class PageDigits(FoundDigits found, float[] rented) : IPageItem, IDisposable
{
    float[]? rented = rented;

    public PageFile File => found.File;

    public FoundDigits Found => found;

    /// <summary>Shape [digits, 16 × 16].</summary>
    public ReadOnlySpan<float> Inputs =>
        (rented ?? throw new ObjectDisposedException(nameof(PageDigits))).AsSpan(0, found.Cells.Count * DigitCutter.InputLength);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref rented, null) is { } array)
            ArrayPool<float>.Shared.Return(array);
    }
}

internal static partial class DigitReader
{
    /// <summary>Cuts the digits out of the pages and normalises them. The cutter belongs to the worker for its whole life.</summary>
    static IEnumerable<PageDigits> Preprocess(IEnumerable<Page> pages)
    {
        var cutter = new DigitCutter();
        foreach (var page in pages)
        {
            PageDigits digits;
            using (page)
                digits = CutOut(page, cutter);
            yield return digits;
        }
    }

    static PageDigits CutOut(Page page, DigitCutter cutter)
    {
        const int side = CellPainter.CellSide;
        var image = page.Image;
        if (image.Width % side != 0 || image.Height % side != 0)
            throw new InvalidDataException($"The page has {image.Width}×{image.Height} pixels, which are no whole cells of {side}×{side}.");

        var (columns, rows) = (image.Width / side, image.Height / side);
        var inputs = ArrayPool<float>.Shared.Rent(columns * rows * DigitCutter.InputLength);
        var (cells, aside) = (new List<int>(columns * rows), new List<DigitAside>());
        for (var cell = 0; cell < columns * rows; cell++)
        {
            var input = inputs.AsSpan(cells.Count * DigitCutter.InputLength, DigitCutter.InputLength);
            if (cutter.Cut(page.Image, cell % columns * side, cell / columns * side, input) is { } reason)
                aside.Add(new(cell, reason));
            else
                cells.Add(cell);
        }

        return new(new(page.File, cells, aside), inputs);
    }
}
