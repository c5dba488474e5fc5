using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>What a new worker process reads first, in a region of its own.</summary>
/// <param name="Name">The worker's name.</param>
/// <param name="Entry">What it runs.</param>
/// <param name="Setups">What it runs before.</param>
/// <param name="Assemblies">Where assemblies are that the runtime would not find by name.</param>
/// <param name="MemoryLimit">Bytes; null for none.</param>
/// <param name="FormerVariables">What the engine has changed in the environment for the worker's runtime alone, as it was before: what a stage starts is to see that. Null for none.</param>
/// <param name="Payload">What the entry is told.</param>
internal sealed record StartMessage(
    string Name,
    MethodName Entry,
    MethodName[] Setups,
    IReadOnlyList<string> Assemblies,
    long? MemoryLimit,
    IReadOnlyDictionary<string, string?> FormerVariables,
    byte[] Payload)
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
        writer.Write(message.FormerVariables.Count);
        foreach (var (name, value) in message.FormerVariables)
        {
            writer.Write(name);
            writer.Write(value is not null);
            writer.Write(value ?? "");
        }

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
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var left = reader.ReadInt32(); left > 0; left--)
            variables[reader.ReadString()] = (reader.ReadBoolean(), reader.ReadString()) is (true, var value) ? value : null;
        var message = new StartMessage(name, entry, setups, assemblies, limit > 0 ? limit : null, variables, reader.ReadBytes(reader.ReadInt32()));
        region.Release(0, region.Size); // it may be large, and nobody reads it again
        return message;
    }

    private static void Write(BinaryWriter writer, MethodName method)
    {
        writer.Write(method.Type);
        writer.Write(method.Method);
    }

    private static MethodName ReadMethod(BinaryReader reader) => new(reader.ReadString(), reader.ReadString());
}
