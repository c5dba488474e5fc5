namespace ReadDigits.Png;

/// <summary>A row is stored as differences to its neighbours, in one of five ways.</summary>
internal enum PngFilterType : byte { None, Sub, Up, Average, Paeth }

/// <summary>From a row to its differences and back. <c>above</c> is the row before, all zero for the first.</summary>
internal static class PngFilter
{
    public static void Apply(PngFilterType type, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> stored)
    {
        byte left = 0, aboveLeft = 0;
        for (var x = 0; x < row.Length; x++)
        {
            stored[x] = (byte)(row[x] - Predict(type, left, above[x], aboveLeft));
            (left, aboveLeft) = (row[x], above[x]);
        }
    }

    // One loop per type: this runs for every pixel of every page that is read.
    public static void Undo(PngFilterType type, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> above, Span<byte> row)
    {
        above = above[..row.Length];
        stored = stored[..row.Length];
        byte left = 0, aboveLeft = 0;
        switch (type)
        {
            case PngFilterType.None:
                stored.CopyTo(row);
                break;
            case PngFilterType.Sub:
                for (var x = 0; x < row.Length; x++)
                    row[x] = left = (byte)(stored[x] + left);
                break;
            case PngFilterType.Up:
                for (var x = 0; x < row.Length; x++)
                    row[x] = (byte)(stored[x] + above[x]);
                break;
            case PngFilterType.Average:
                for (var x = 0; x < row.Length; x++)
                    row[x] = left = (byte)(stored[x] + ((left + above[x]) >> 1));
                break;
            case PngFilterType.Paeth:
                for (var x = 0; x < row.Length; x++)
                {
                    row[x] = left = (byte)(stored[x] + Paeth(left, above[x], aboveLeft));
                    aboveLeft = above[x];
                }

                break;
            default:
                throw new InvalidDataException($"A row has the unknown filter type {(byte)type}.");
        }
    }

    static int Predict(PngFilterType type, int left, int above, int aboveLeft) => type switch
    {
        PngFilterType.Sub => left,
        PngFilterType.Up => above,
        PngFilterType.Average => (left + above) >> 1,
        PngFilterType.Paeth => Paeth(left, above, aboveLeft),
        _ => 0,
    };

    // The neighbour that is nearest to left + above − aboveLeft.
    static int Paeth(int left, int above, int aboveLeft)
    {
        var toLeft = Math.Abs(above - aboveLeft);
        var toAbove = Math.Abs(left - aboveLeft);
        var toAboveLeft = Math.Abs(left + above - 2 * aboveLeft);
        if (toLeft <= toAbove && toLeft <= toAboveLeft)
            return left;
        return toAbove <= toAboveLeft ? above : aboveLeft;
    }
}
