using ReadDigits.Pages;

namespace ReadDigits.Reading;

internal static partial class DigitReader
{
    /// <summary>The source: where the pages are. It opens none, so that a broken page is the next step's fault and can be put aside.</summary>
    static IEnumerable<PageFile> ListPages(PageFolder folder)
    {
        foreach (var file in folder.Files())
            yield return file;
    }
}
