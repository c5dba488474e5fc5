namespace ReadDigits.Png;

/// <summary>The parts of the PNG format (ISO/IEC 15948) that reading and writing share.</summary>
internal static class PngFormat
{
    /// <summary>Length, type and check sum around the content of a chunk.</summary>
    public const int ChunkOverhead = 12;

    public const int HeaderLength = 13;

    /// <summary>The largest picture that is read or written, so that a broken header cannot ask for all memory.</summary>
    public const int MaxPixels = 1 << 26;

    static readonly uint[] CrcOfByte = [.. Enumerable.Range(0, 256).Select(value => CrcStep((uint)value))];

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The check sum that ends each chunk: CRC-32 over its type and content.</summary>
    public static uint Crc(ReadOnlySpan<byte> typeAndContent)
    {
        var crc = uint.MaxValue;
        foreach (var value in typeAndContent)
            crc = CrcOfByte[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    static uint CrcStep(uint crc)
    {
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        return crc;
    }
}
