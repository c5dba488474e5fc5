using ReadDigits.Digits;
using ReadDigits.Png;

namespace ReadDigits.Pages;

/// <summary>
/// Makes pages that look scanned: 24 by 15 cells, so that each page shows all 360 digits of the test split once, in an order, pose
/// and light of its own. A page depends on nothing but the seed and its number.
/// </summary>
internal sealed class PageMaker(IEnumerable<DigitSample> testSplit, int seed)
{
    const int Columns = 24;

    // Part of the folder's name: raise it whenever the pages of a seed come out differently, so that nobody reads stale ones.
    const int Version = 1;

    readonly DigitShape[] digits = [.. testSplit.Select(sample => new DigitShape(sample))];

    public static string FolderName(int seed) => $"pages-v{Version}-seed{seed}";

    public PageFile Make(string folder, int number)
    {
        var file = new PageFile(number, Path.Combine(folder, $"page-{number:0000}.png"));
        if (File.Exists(file.Path) && File.Exists(file.TruthPath))
            return file;

        var random = SeededRandom.For(seed, number);
        var order = digits.ToArray();
        random.Shuffle<DigitShape>(order);

        using var image = PagePainter.Paint(order, Columns, random);
        file.WriteTruth(string.Concat(order.Select(digit => digit.Label)), Columns);
        WriteWhole(image, file.Path);
        return file;
    }

    // A page cut short by Ctrl-C would count as made the next time: so it gets its name when it is complete.
    static void WriteWhole(GreyImage image, string path)
    {
        var unfinished = path + ".tmp";
        using (var stream = File.Create(unfinished))
            PngWriter.Write(image, stream);
        File.Move(unfinished, path, overwrite: true);
    }
}
