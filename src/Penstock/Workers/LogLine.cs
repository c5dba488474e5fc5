using Microsoft.Extensions.Logging;

namespace Penstock.Workers;

/// <summary>A line that was logged in a worker process, on its way.</summary>
internal readonly record struct LogLine(LogLevel Level, EventId Event, string Text, string? Exception)
{
    private const int LongestText = 1 << 20; // nobody reads more

    /// <param name="limit">The most bytes: long texts arrive cut.</param>
    public byte[] Write(int limit)
    {
        var most = Math.Min(LongestText, limit / 10); // characters of each of three texts, at most three bytes each
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((int)Level);
        writer.Write(Event.Id);
        writer.Write(Cut(Event.Name ?? ""));
        writer.Write(Cut(Text));
        writer.Write(Cut(Exception ?? ""));
        writer.Flush();
        return bytes.ToArray();

        string Cut(string text) => text.Length <= most ? text : text[..most];
    }

    public static LogLine Read(ReadOnlySpan<byte> letter)
    {
        using var reader = new BinaryReader(new MemoryStream(letter.ToArray()));
        var level = (LogLevel)reader.ReadInt32();
        var (id, name) = (reader.ReadInt32(), reader.ReadString());
        return new LogLine(level, new EventId(id, name.Length > 0 ? name : null), reader.ReadString(), reader.ReadString() is { Length: > 0 } exception ? exception : null);
    }

    public void WriteTo(ILogger logger) =>
        logger.Log(Level, Event, this, exception: null, static (line, _) => line.Exception is null ? line.Text : $"{line.Text}{Environment.NewLine}{line.Exception}");
}
