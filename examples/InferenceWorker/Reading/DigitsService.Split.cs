using Penstock.Hosting;
using ReadDigits.Digits;
using ReadDigits.Png;

namespace InferenceWorker.Reading;

/// <summary>A row of cells of an image. Whoever gets it disposes it; strips that are never delivered the pipeline disposes.</summary>
internal sealed record Strip(string Image, GreyImage Pixels) : IDisposable
{
    public void Dispose() => Pixels.Dispose();
}

internal static partial class DigitsService
{
    /// <summary>Scatters an image into its strips: a page becomes 15, a single digit one. So no page keeps the model to itself.</summary>
    static IEnumerable<Strip> Split(ImageFile file)
    {
        using var image = Decode(file);
        for (var top = 0; top < image.Height; top += CellPainter.CellSide)
        {
            var strip = new GreyImage(image.Width, CellPainter.CellSide);
            image.Pixels.Slice(top * image.Width, strip.Pixels.Length).CopyTo(strip.Pixels);
            yield return new(file.Name, strip);
        }
    }

    /// <summary>A damaged image will not get better: the job is rejected.</summary>
    static GreyImage Decode(ImageFile file)
    {
        GreyImage image;
        try
        {
            image = PngReader.ReadOver(file.Content);
        }
        catch (InvalidDataException damage)
        {
            throw new JobRejectedException($"{file.Name} cannot be read. {damage.Message}", damage);
        }

        if (image.Width % CellPainter.CellSide == 0 && image.Height % CellPainter.CellSide == 0)
            return image;
        using (image)
            throw new JobRejectedException($"{file.Name} has {image.Width}×{image.Height} pixels, which are no whole cells.");
    }
}
