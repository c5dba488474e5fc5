using ReadDigits.Reading;

namespace ReadDigits.Pages;

/// <summary>Where a page is, and where its truth would be: a text file of the same name that looks like the page.</summary>
internal sealed record PageFile(int Number, string Path) : IPageItem
{
    public string Name => System.IO.Path.GetFileName(Path);

    PageFile IPageItem.File => this;

    public string TruthPath => System.IO.Path.ChangeExtension(Path, ".truth");

    /// <summary>What each cell really shows, row by row, or null where nobody knows. A dot stands for an empty cell.</summary>
    public string? ReadTruth() => File.Exists(TruthPath) ? string.Concat(File.ReadLines(TruthPath)) : null;

    public void WriteTruth(string cells, int columns) => File.WriteAllLines(TruthPath, cells.Chunk(columns).Select(row => new string(row)));
}
