using ReadDigits.Digits;
using ReadDigits.Pages;
using ReadDigits.Png;

namespace ReadDigits.Reading;

/// <summary>A page as a picture. Whoever gets it disposes it; pages that are never delivered the pipeline disposes.</summary>
internal sealed record Page(PageFile File, GreyImage Image) : IPageItem, IDisposable
{
    public void Dispose() => Image.Dispose();
}

internal static partial class DigitReader
{
    /// <summary>Reads and decodes the files. Throws for a page that is missing or damaged.</summary>
    static IEnumerable<Page> LoadImages(IEnumerable<PageFile> files)
    {
        foreach (var file in files)
            yield return new(file, PngReader.Read(file.Path));
    }
}
