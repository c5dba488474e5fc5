using System.Buffers.Binary;
using System.IO.Compression;
using ReadDigits.Digits;

namespace ReadDigits.Png;

/// <summary>Writes 8-bit greyscale PNG.</summary>
internal static class PngWriter
{
    public static void Write(GreyImage image, Stream file)
    {
        file.Write(PngFormat.Signature);
        Span<byte> header = stackalloc byte[PngFormat.HeaderLength];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8; // bits per pixel; then greyscale, and the only compression, filtering and order there are
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compress(image));
        WriteChunk(file, "IEND"u8, []);
    }

    static ReadOnlySpan<byte> Compress(GreyImage image)
    {
        var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            ReadOnlySpan<byte> above = new byte[image.Width];
            var (best, attempt) = (new byte[image.Width], new byte[image.Width]);
            for (var y = 0; y < image.Height; y++)
            {
                var row = image.Row(y);
                zlib.WriteByte((byte)Filter(row, above, ref best, ref attempt));
                zlib.Write(best);
                above = row;
            }
        }

        return compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
    }

    // The filter that leaves the smallest differences is a good guess at the one that compresses best.
    static PngFilterType Filter(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, ref byte[] best, ref byte[] attempt)
    {
        var (bestType, bestSize) = (PngFilterType.None, long.MaxValue);
        foreach (var type in Enum.GetValues<PngFilterType>())
        {
            PngFilter.Apply(type, row, above, attempt);
            var size = 0L;
            foreach (var difference in attempt)
                size += Math.Abs((int)(sbyte)difference);
            if (size >= bestSize)
                continue;
            (bestType, bestSize) = (type, size);
            (best, attempt) = (attempt, best);
        }

        return bestType;
    }

    static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        var chunk = new byte[PngFormat.ChunkOverhead + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        type.CopyTo(chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), PngFormat.Crc(chunk.AsSpan(4, 4 + content.Length)));
        file.Write(chunk);
    }
}
