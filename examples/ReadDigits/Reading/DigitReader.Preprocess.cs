using System.Buffers;
using ReadDigits.Digits;
using ReadDigits.Pages;

namespace ReadDigits.Reading;

/// <summary>Which cells of a page hold a digit to read, in reading order, and which do not and why.</summary>
internal sealed record FoundDigits(PageFile File, int[] Cells, DigitAside[] Aside);

/// <summary>A cell that is not read, and why.</summary>
internal sealed record DigitAside(int Cell, string Reason);

/// <summary>
/// The digits of a page as the network wants them, in rented memory: whoever gets them disposes them. Its public properties are what crosses
/// to another process: there the inputs are an array of their own, a copy of the part that is in use.
/// </summary>
internal sealed class PageDigits(FoundDigits found, ReadOnlyMemory<float> inputs) : IPageItem, IDisposable
{
    [NonSerialized]
    float[]? rented;

    public FoundDigits Found { get; } = found;

    /// <summary>Shape [digits, 16 × 16]. Empty after disposal.</summary>
    public ReadOnlyMemory<float> Inputs { get; private set; } = inputs;

    PageFile IPageItem.File => Found.File;

    public static PageDigits InRented(float[] rented, FoundDigits found) =>
        new(found, rented.AsMemory(0, found.Cells.Length * DigitCutter.InputLength)) { rented = rented };

    public void Dispose()
    {
        Inputs = default;
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

        var inputs = ArrayPool<float>.Shared.Rent(image.Width / side * (image.Height / side) * DigitCutter.InputLength);
        var (cells, aside) = (new List<int>(), new List<DigitAside>());
        foreach (var (cell, reason) in cutter.CutAll(image, inputs).Index())
        {
            if (reason is null)
                cells.Add(cell);
            else
                aside.Add(new(cell, reason));
        }

        return PageDigits.InRented(inputs, new(page.File, [.. cells], [.. aside]));
    }
}
