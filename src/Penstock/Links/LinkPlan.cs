namespace Penstock.Links;

/// <summary>What a process must know to open a link.</summary>
/// <param name="Handle">Of its memory.</param>
/// <param name="Capacity">Its slots.</param>
/// <param name="Producers">Workers before it.</param>
/// <param name="Consumers">Workers behind it.</param>
/// <param name="IsOrdered">Whether its producers hand on in turn, if they are several.</param>
/// <param name="FirstSet">The number of the set of waiting producers; that of the consumers follows.</param>
/// <param name="MaxBytes">The most bytes on it at once, if they are limited.</param>
internal sealed record LinkPlan(string Handle, int Capacity, int Producers, int Consumers, bool IsOrdered, int FirstSet, long? MaxBytes = null)
{
    public void Write(BinaryWriter writer)
    {
        writer.Write(Handle);
        writer.Write(Capacity);
        writer.Write(Producers);
        writer.Write(Consumers);
        writer.Write(IsOrdered);
        writer.Write(FirstSet);
        writer.Write(MaxBytes ?? 0);
    }

    public static LinkPlan Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadBoolean(), reader.ReadInt32(),
            reader.ReadInt64() is > 0 and var bytes ? bytes : null);
}
