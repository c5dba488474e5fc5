namespace Penstock.Serialization;

/// <summary>
/// Exceptions cross as themselves: type, message, stack trace, what caused them, Data and their own fields. What cannot cross is
/// listed under <see cref="LostKey"/>; a type that cannot be found becomes a <see cref="RemoteException"/>. Never throws.
/// </summary>
internal static class ExceptionCodec
{
    /// <summary>In <see cref="Exception.Data"/>: the names of what did not cross.</summary>
    public const string LostKey = "Penstock.Lost";

    /// <summary>In <see cref="Exception.Data"/>: the original message, where the recreated exception would say something else.</summary>
    public const string MessageKey = "Penstock.Message";

    public static byte[] Write(Exception exception) => Write(exception, int.MaxValue);

    /// <param name="exception">The exception.</param>
    /// <param name="limit">The most bytes: of one that takes more, long texts arrive cut, and large values do not.</param>
    public static byte[] Write(Exception exception, int limit)
    {
        try
        {
            var record = new ExceptionTaking().Take(exception);
            var bytes = ToBytes(record);
            for (var most = limit / 8; bytes.Length > limit && most > 0; most /= 4)
                bytes = ToBytes(record.Shortened(most));
            return bytes.Length <= limit ? bytes : ToBytes(record.Bare(limit / 16)); // its causes, or its fields, are too many
        }
        catch (Exception e)
        {
            // Of an exception that resists everything else at least the type is known.
            return ToBytes(new ExceptionRecord
            {
                TypeName = "",
                FullName = exception.GetType().ToString(),
                Message = $"{exception.GetType()} was thrown, but could not cross to this process: {e.GetType()}",
            });
        }
    }

    public static Exception Read(ReadOnlySpan<byte> input)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(input.ToArray()));
            return ExceptionMaking.Make(ExceptionRecord.Read(reader));
        }
        catch (Exception e)
        {
            return new RemoteException($"An exception of another process could not be read: {e.Message}");
        }
    }

    private static byte[] ToBytes(ExceptionRecord record)
    {
        var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes))
            record.Write(writer);
        return bytes.ToArray();
    }
}
