namespace ReadDigits.Pages;

/// <summary>Spoils copies of pages, to show what happens to pages that cannot be read.</summary>
internal static class PageDamage
{
    static readonly Action<string>[] Kinds = [CutShort, FlipBit, ReplaceByText, File.Delete];

    /// <summary>Copies the pages and spoils <paramref name="count"/> of them, spread evenly, each in another way.</summary>
    public static PageFolder Copy(PageFolder pages, int count)
    {
        var folder = pages.Path + "-damaged";
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);

        var files = pages.Files().ToList();
        foreach (var file in files)
        {
            File.Copy(file.Path, Path.Combine(folder, file.Name));
            File.Copy(file.TruthPath, Path.Combine(folder, Path.GetFileName(file.TruthPath)));
        }

        count = Math.Min(count, files.Count);
        for (var index = 0; index < count; index++)
            Kinds[index % Kinds.Length](Path.Combine(folder, files[index * files.Count / count].Name));
        return new(folder);
    }

    static void CutShort(string path)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(file.Length / 2);
    }

    static void FlipBit(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    static void ReplaceByText(string path) => File.WriteAllText(path, "The scanner was out of paper.");
}
