namespace ReadDigits.Pages;

/// <summary>A folder of pages, <c>*.png</c>, in the order of their names.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Limit">Only the first so many pages.</param>
internal sealed record PageFolder(string Path, int Limit = int.MaxValue)
{
    /// <summary>Names of pages to leave out.</summary>
    public IReadOnlySet<string> Without { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The pages, and also those that only left their truth behind: a page that got lost is not passed over in silence.</summary>
    public IEnumerable<PageFile> Files() =>
        Directory.EnumerateFiles(Path, "*.png")
            .Concat(Directory.EnumerateFiles(Path, "*.truth").Select(truth => System.IO.Path.ChangeExtension(truth, ".png")))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Take(Limit)
            .Select((path, index) => new PageFile(index + 1, path))
            .Where(file => !Without.Contains(file.Name));
}
