using System.Buffers;

namespace ReadDigits.Digits;

/// <summary>Grey pixels, row by row, 0 = black. The memory is rented: dispose the image to give it back.</summary>
internal sealed class GreyImage(int width, int height) : IDisposable
{
    byte[]? pixels = ArrayPool<byte>.Shared.Rent(width * height);

    public int Width => width;

    public int Height => height;

    public Span<byte> Pixels => Rented.AsSpan(0, width * height);

    byte[] Rented => pixels ?? throw new ObjectDisposedException(nameof(GreyImage));

    public Span<byte> Row(int y) => Rented.AsSpan(y * width, width);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref pixels, null) is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
