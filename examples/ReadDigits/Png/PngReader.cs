using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ReadDigits.Digits;

namespace ReadDigits.Png;

/// <summary>Reads 8-bit greyscale PNG. Whatever is wrong with a file ends in an <see cref="InvalidDataException"/> that says it.</summary>
internal static class PngReader
{
    public static GreyImage Read(string path)
    {
        using var handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(handle);
        if (length > PngFormat.MaxPixels)
            throw new InvalidDataException($"The file is {length} bytes long; at most {PngFormat.MaxPixels} are read.");

        var file = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var filled = 0;
            while (filled < length && RandomAccess.Read(handle, file.AsSpan(filled, (int)length - filled), filled) is > 0 and var read)
                filled += read;
            return Decode(file, filled);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(file);
        }
    }

    /// <summary>Reads a file that is in memory already, and overwrites it: the pieces of compressed data are moved together in place.</summary>
    public static GreyImage ReadOver(byte[] file) => Decode(file, file.Length);

    static GreyImage Decode(byte[] file, int length)
    {
        var bytes = file.AsSpan(0, length);
        if (!bytes.StartsWith(PngFormat.Signature))
            throw new InvalidDataException("This is not a PNG file: its first bytes are others.");

        (int Width, int Height)? size = null;
        var (at, compressed) = (PngFormat.Signature.Length, 0);
        while (true)
        {
            var chunk = NextChunk(bytes[at..]);
            var type = chunk[4..8];
            var content = chunk[8..^4];
            if (size is null)
                size = type.SequenceEqual("IHDR"u8) ? ReadHeader(content) : throw new InvalidDataException("The header is missing.");
            else if (type.SequenceEqual("IEND"u8))
                break;
            else if (type.SequenceEqual("IDAT"u8))
            {
                content.CopyTo(bytes[compressed..]);
                compressed += content.Length;
            }
            else if ((type[0] & 0x20) == 0) // upper case: not to be skipped by those who do not know it
                throw new InvalidDataException($"The chunk {Encoding.Latin1.GetString(type)} is unknown and not optional.");

            at += chunk.Length;
        }

        return Decompress(new MemoryStream(file, 0, compressed), size.Value.Width, size.Value.Height);
    }

    static Span<byte> NextChunk(Span<byte> rest)
    {
        if (rest.Length < PngFormat.ChunkOverhead || BinaryPrimitives.ReadUInt32BigEndian(rest) > rest.Length - PngFormat.ChunkOverhead)
            throw new InvalidDataException("The file is cut short.");

        var chunk = rest[..(BinaryPrimitives.ReadInt32BigEndian(rest) + PngFormat.ChunkOverhead)];
        if (BinaryPrimitives.ReadUInt32BigEndian(chunk[^4..]) != PngFormat.Crc(chunk[4..^4]))
            throw new InvalidDataException($"The check sum of the chunk {Encoding.Latin1.GetString(chunk[4..8])} is wrong: the file is damaged.");
        return chunk;
    }

    static (int Width, int Height) ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length != PngFormat.HeaderLength)
            throw new InvalidDataException($"The header is {header.Length} bytes long instead of {PngFormat.HeaderLength}.");

        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        if (width == 0 || height == 0 || (ulong)width * height > PngFormat.MaxPixels)
            throw new InvalidDataException($"A picture of {width}×{height} pixels is not read.");
        if (header[8] != 8 || header[9..].ContainsAnyExcept((byte)0))
            throw new InvalidDataException("Only 8-bit greyscale pages without interlacing are read.");
        return ((int)width, (int)height);
    }

    static GreyImage Decompress(MemoryStream compressed, int width, int height)
    {
        var rented = ArrayPool<byte>.Shared.Rent(width + 1);
        var stored = rented.AsSpan(0, width + 1);
        var image = new GreyImage(width, height);
        try
        {
            using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
            ReadOnlySpan<byte> above = new byte[width];
            for (var y = 0; y < height; y++)
            {
                if (Fill(stored, zlib) < stored.Length)
                    throw new InvalidDataException("There are fewer pixels than the header announced.");
                PngFilter.Undo((PngFilterType)stored[0], stored[1..], above, image.Row(y));
                above = image.Row(y);
            }

            if (Fill(stored[..1], zlib) > 0)
                throw new InvalidDataException("There are more pixels than the header announced.");
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    static int Fill(Span<byte> bytes, ZLibStream zlib)
    {
        try
        {
            return zlib.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException cause)
        {
            throw new InvalidDataException("The compressed pixels are damaged.", cause);
        }
    }
}
