using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>What a new worker process reads first, in a region of its own.</summary>
internal sealed record StartMessage(string Name, MethodName Entry, MethodName[] Setups, IReadOnlyList<string> Assemblies, long? MemoryLimit, byte[] Payload)
{
    // Both sides are the same build, unless the application was updated under a running process.
    private static Guid Version => typeof(StartMessage).Module.ModuleVersionId;

    public static unsafe SharedRegion Write(StartMessage message, bool isPortable)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Version.ToByteArray());
        writer.Write(message.Name);
        Write(writer, message.Entry);
        writer.Write(message.Setups.Length);
        foreach (var setup in message.Setups)
            Write(writer, setup);
        writer.Write(message.Assemblies.Count);
        foreach (var path in message.Assemblies)
            writer.Write(path);
        writer.Write(message.MemoryLimit ?? 0);
        writer.Write(message.Payload.Length);
        writer.Write(message.Payload);
        writer.Flush();

        var region = SharedRegion.Create("start-" + message.Name, bytes.Length, isPortable, used: bytes.Length);
        bytes.GetBuffer().AsSpan(0, (int)bytes.Length).CopyTo(new Span<byte>(region.Address, (int)bytes.Length));
        return region;
    }

    public static unsafe StartMessage Read(string handle)
    {
        using var region = SharedRegion.Open(handle);
        region.Unlink(); // nobody else will
        using var reader = new BinaryReader(new UnmanagedMemoryStream(region.Address, region.Size));
        if (new Guid(reader.ReadBytes(16)) != Version)
            throw new InvalidOperationException("This worker process loaded another build of Penstock than the process that started it: the application's files were replaced while it ran. Start it again.");
        var name = reader.ReadString();
        var entry = ReadMethod(reader);
        var setups = new MethodName[reader.ReadInt32()];
        for (var i = 0; i < setups.Length; i++)
            setups[i] = ReadMethod(reader);
        var assemblies = new string[reader.ReadInt32()];
        for (var i = 0; i < assemblies.Length; i++)
            assemblies[i] = reader.ReadString();
        var limit = reader.ReadInt64();
        return new(name, entry, setups, assemblies, limit > 0 ? limit : null, reader.ReadBytes(reader.ReadInt32()));
    }

    private static void Write(BinaryWriter writer, MethodName method)
    {
        writer.Write(method.Type);
        writer.Write(method.Method);
    }

    private static MethodName ReadMethod(BinaryReader reader) => new(reader.ReadString(), reader.ReadString());
}
