using System.Runtime.InteropServices;

namespace ReadDigits.Model;

/// <summary>
/// Values of shape [channels, height, width, batch]. The batch comes last, so that the values of one place for all digits lie side by
/// side, and every operation of the network is one over a whole <see cref="At(int, int, int)"/> span.
/// </summary>
internal sealed class FeatureMap
{
    // Vector units read whole cache lines fastest when the values begin with one; with a batch of 16, 32, … every place does.
    const int CacheLine = 64;

    readonly float[] pinned;
    readonly int first;

    public FeatureMap(int channels, int height, int width, int batch)
    {
        (Channels, Height, Width, Batch) = (channels, height, width, batch);
        pinned = GC.AllocateArray<float>(Places * batch + CacheLine / sizeof(float), pinned: true);
        first = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0) & (CacheLine - 1)) / sizeof(float);
    }

    public int Channels { get; }

    public int Height { get; }

    public int Width { get; }

    public int Batch { get; }

    /// <summary>How many values there are for each digit.</summary>
    public int Places => Channels * Height * Width;

    public Span<float> Values => pinned.AsSpan(first, Places * Batch);

    public Span<float> At(int place) => pinned.AsSpan(first + place * Batch, Batch);

    public Span<float> At(int channel, int y, int x) => At((channel * Height + y) * Width + x);

    public FeatureMap SameShape() => new(Channels, Height, Width, Batch);
}
