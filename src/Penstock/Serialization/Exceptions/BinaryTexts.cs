using System.Runtime.InteropServices;

namespace Penstock.Serialization;

/// <summary>Texts and lists in a stream. Texts are written raw: an encoding would replace lone surrogates.</summary>
internal static class BinaryTexts
{
    public static void WriteText(this BinaryWriter writer, string? text)
    {
        writer.Write(text?.Length ?? -1);
        writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    public static string? ReadText(this BinaryReader reader)
    {
        var length = reader.ReadInt32();
        if (length < 0)
            return null;
        var bytes = reader.ReadBytes(checked(length * sizeof(char)));
        return new string(MemoryMarshal.Cast<byte, char>(bytes));
    }

    public static void WriteAll<T>(this BinaryWriter writer, IReadOnlyList<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write(items.Count);
        foreach (var item in items)
            write(writer, item);
    }

    public static List<T> ReadAll<T>(this BinaryReader reader, Func<BinaryReader, T> read)
    {
        var count = reader.ReadInt32();
        var items = new List<T>();
        for (var i = 0; i < count; i++)
            items.Add(read(reader));
        return items;
    }
}
