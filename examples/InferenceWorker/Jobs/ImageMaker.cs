using ReadDigits.Digits;
using ReadDigits.Png;

namespace InferenceWorker.Jobs;

/// <summary>An image for a job, and what is written on it.</summary>
internal sealed record MadeImage(PlannedJob Job, byte[] File, string Truth);

/// <summary>Makes images that look scanned, of digits that the network has never seen.</summary>
internal sealed class ImageMaker(IEnumerable<DigitSample> testSplit)
{
    const int Columns = 24;

    static readonly Lazy<ImageMaker> Shipped = new(() => new(DigitSample.ReadTestSplit(Path.Combine(AppContext.BaseDirectory, "Data", "digits.csv"))));

    readonly DigitShape[] digits = [.. testSplit.Select(sample => new DigitShape(sample))];

    /// <summary>Of the digits that come with this program.</summary>
    public static ImageMaker Default => Shipped.Value;

    public MadeImage Make(PlannedJob job)
    {
        var random = SeededRandom.For(job.Seed, job.Number);
        var isPage = job.Kind == JobKind.Page;
        var shown = digits.ToArray();
        random.Shuffle<DigitShape>(shown);
        shown = isPage ? shown : shown[..1];

        using var image = PagePainter.Paint(shown, isPage ? Columns : 1, random);
        var stream = new MemoryStream();
        PngWriter.Write(image, stream);
        var file = stream.ToArray();
        if (job.Kind == JobKind.Corrupt)
            file[file.Length / 2] ^= 1;
        return new(job, file, string.Concat(shown.Select(digit => digit.Label)));
    }
}
