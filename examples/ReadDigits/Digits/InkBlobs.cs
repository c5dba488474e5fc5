using System.Runtime.InteropServices;

namespace ReadDigits.Digits;

/// <summary>The smallest box around the ink of a digit. The edges are pixels and belong to the box.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct InkBox(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left + 1;

    public int Height => Bottom - Top + 1;

    public float CentreX => (Left + Right) / 2f;

    public float CentreY => (Top + Bottom) / 2f;

    public InkBox With(InkBox other) =>
        new(Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom));
}

/// <summary>Tells the strokes of a digit from dust: strokes are connected pixels, and many of them.</summary>
internal sealed class InkBlobs(int side)
{
    // Dust of two by two pixels is up to four by four after blurring.
    const int LargestDust = 20;

    readonly bool[] isInk = new bool[side * side];
    readonly int[] open = new int[side * side];

    /// <summary>The box around every blob that is larger than dust, or null if there is none.</summary>
    public InkBox? Surround(ReadOnlySpan<float> ink, float threshold)
    {
        for (var index = 0; index < isInk.Length; index++)
            isInk[index] = ink[index] > threshold;

        InkBox? box = null;
        for (var index = isInk.AsSpan().IndexOf(true); index >= 0; index = isInk.AsSpan().IndexOf(true))
        {
            var (blob, pixels) = TakeBlob(index);
            if (pixels > LargestDust)
                box = box?.With(blob) ?? blob;
        }

        return box;
    }

    // Takes all pixels connected to the first one off the map.
    (InkBox Box, int Pixels) TakeBlob(int first)
    {
        var (pixels, count) = (0, 0);
        Open(first % side, first / side, ref count);
        var box = new InkBox(first % side, first / side, first % side, first / side);
        while (pixels < count)
        {
            var (y, x) = Math.DivRem(open[pixels++], side);
            box = box.With(new(x, y, x, y));
            for (var row = Math.Max(y - 1, 0); row <= Math.Min(y + 1, side - 1); row++)
            {
                for (var column = Math.Max(x - 1, 0); column <= Math.Min(x + 1, side - 1); column++)
                    Open(column, row, ref count);
            }
        }

        return (box, pixels);
    }

    void Open(int x, int y, ref int count)
    {
        if (!isInk[y * side + x])
            return;
        isInk[y * side + x] = false;
        open[count++] = y * side + x;
    }
}
