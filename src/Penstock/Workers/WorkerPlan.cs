using Microsoft.Extensions.Logging;
using Penstock.Links;
using Penstock.Serialization;
using Penstock.Stages;
using Penstock.Stages.Crossing;

namespace Penstock.Workers;

/// <summary>What a worker process is told: which stage, which worker, and where everything lies.</summary>
internal sealed record WorkerPlan
{
    public required string Stage { get; init; }

    public required int Index { get; init; }

    public required bool IsSource { get; init; }

    public required bool HasPolicy { get; init; }

    public required bool IsOrdered { get; init; }

    /// <summary>Handle of the run's memory.</summary>
    public required string Memory { get; init; }

    /// <summary>Where in it the stage's record and the worker's mailbox lie.</summary>
    public required long StageRecord { get; init; }

    public required long Mailbox { get; init; }

    public required Cultures Cultures { get; init; }

    /// <summary>The number of the set of workers that wait for their turn.</summary>
    public required int TurnSet { get; init; }

    public required Crew Own { get; init; }

    public required Crew? Before { get; init; }

    public required Crew? Behind { get; init; }

    public required LinkPlan? Input { get; init; }

    public required LinkPlan Output { get; init; }

    /// <summary>Where items carry their lineage: the one worker at its end.</summary>
    public required Crew? Gatherer { get; init; }

    /// <summary>See <see cref="Runs.Run.TracksItems"/>.</summary>
    public required bool TracksItems { get; init; }

    /// <summary>The least severe lines that are logged.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>The type of the user's serializer.</summary>
    public required string? Serializer { get; init; }

    /// <summary>Whether another process has died.</summary>
    public required bool IsRestart { get; init; }

    /// <summary>The item to go on with, that another process died on: its slot and number.</summary>
    public required (int Slot, long Number)? Resume { get; init; }

    public required TimeSpan PauseBeforeResume { get; init; }

    /// <summary>After how many items another process takes its place; 0 for never.</summary>
    public required int RecycleAfter { get; init; }

    /// <summary>Above how many bytes of its own memory another process takes its place; 0 for never.</summary>
    public required long RecycleAboveMemory { get; init; }

    /// <summary>How items are measured on the link behind the stage, if the user says so.</summary>
    public required Func<object, long>? SizeOf { get; init; }

    public byte[] Write(Recipe recipe)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Memory);
        writer.Write(Mailbox);
        Cultures.Write(writer);
        writer.Write(Stage);
        writer.Write(Index);
        writer.Write(IsSource);
        writer.Write(HasPolicy);
        writer.Write(IsOrdered);
        writer.Write(StageRecord);
        writer.Write(TurnSet);
        Own.Write(writer);
        WriteIfThere(writer, Before, (w, crew) => crew.Write(w));
        WriteIfThere(writer, Behind, (w, crew) => crew.Write(w));
        WriteIfThere(writer, Input, (w, link) => link.Write(w));
        Output.Write(writer);
        WriteIfThere(writer, Gatherer, (w, crew) => crew.Write(w));
        writer.Write(TracksItems);
        writer.Write((int)LogLevel);
        writer.Write(Serializer ?? "");
        writer.Write(IsRestart);
        writer.Write(Resume?.Slot ?? -1);
        writer.Write(Resume?.Number ?? -1);
        writer.Write(PauseBeforeResume.Ticks);
        writer.Write(RecycleAfter);
        writer.Write(RecycleAboveMemory);
        WriteIfThere(writer, SizeOf, (w, sizeOf) => new IdentityWriter(w).Write(sizeOf));
        recipe.Write(writer, new ArgumentWriter(writer));
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Where to tell what is wrong with the rest, and what comes before code of the user, some of which runs before that is read.</summary>
    public static (string Memory, long Mailbox, Cultures Cultures) Prefix(ReadOnlyMemory<byte> message)
    {
        using var reader = new BinaryReader(new MemoryStream(message.ToArray()));
        return (reader.ReadString(), reader.ReadInt64(), Cultures.Read(reader));
    }

    public static (WorkerPlan Plan, Body Body) Read(ReadOnlyMemory<byte> message)
    {
        using var reader = new BinaryReader(new MemoryStream(message.ToArray()));
        var plan = new WorkerPlan
        {
            Memory = reader.ReadString(),
            Mailbox = reader.ReadInt64(),
            Cultures = Cultures.Read(reader),
            Stage = reader.ReadString(),
            Index = reader.ReadInt32(),
            IsSource = reader.ReadBoolean(),
            HasPolicy = reader.ReadBoolean(),
            IsOrdered = reader.ReadBoolean(),
            StageRecord = reader.ReadInt64(),
            TurnSet = reader.ReadInt32(),
            Own = Crew.Read(reader),
            Before = reader.ReadBoolean() ? Crew.Read(reader) : null,
            Behind = reader.ReadBoolean() ? Crew.Read(reader) : null,
            Input = reader.ReadBoolean() ? LinkPlan.Read(reader) : null,
            Output = LinkPlan.Read(reader),
            Gatherer = reader.ReadBoolean() ? Crew.Read(reader) : null,
            TracksItems = reader.ReadBoolean(),
            LogLevel = (LogLevel)reader.ReadInt32(),
            Serializer = reader.ReadString() is { Length: > 0 } type ? type : null,
            IsRestart = reader.ReadBoolean(),
            Resume = (reader.ReadInt32(), reader.ReadInt64()) is var (slot, number) && slot >= 0 ? (slot, number) : null,
            PauseBeforeResume = TimeSpan.FromTicks(reader.ReadInt64()),
            RecycleAfter = reader.ReadInt32(),
            RecycleAboveMemory = reader.ReadInt64(),
            SizeOf = reader.ReadBoolean() ? (Func<object, long>)new IdentityReader(reader).ReadFunction() : null,
        };
        return (plan, Recipe.Read(reader, new ArgumentReader(reader)));
    }

    private static void WriteIfThere<T>(BinaryWriter writer, T? value, Action<BinaryWriter, T> write)
        where T : class
    {
        writer.Write(value is not null);
        if (value is not null)
            write(writer, value);
    }

    private sealed class ArgumentWriter(BinaryWriter writer) : IValueCodec
    {
        public void Write(Type type, object? value)
        {
            var slot = new ArraySlotWriter();
            ItemCodec.For(type).WriteBoxed(slot, value);
            writer.Write(slot.Position);
            writer.Write(slot.Written);
        }

        public object? Read(Type type) => throw new NotSupportedException();
    }

    private sealed class ArgumentReader(BinaryReader reader) : IValueCodec
    {
        public void Write(Type type, object? value) => throw new NotSupportedException();

        public object? Read(Type type) => ItemCodec.For(type).ReadBoxed(reader.ReadBytes(reader.ReadInt32()));
    }
}

/// <summary>The workers of a stage as others see them: where their records lie, and how to wake them.</summary>
/// <param name="Records">Where in the run's memory.</param>
/// <param name="AreTasks">Whether they are tasks of the process that started the run.</param>
internal sealed record Crew(long[] Records, bool AreTasks)
{
    public void Write(BinaryWriter writer)
    {
        writer.Write(AreTasks);
        writer.Write(Records.Length);
        foreach (var record in Records)
            writer.Write(record);
    }

    public static Crew Read(BinaryReader reader)
    {
        var areTasks = reader.ReadBoolean();
        var records = new long[reader.ReadInt32()];
        for (var i = 0; i < records.Length; i++)
            records[i] = reader.ReadInt64();
        return new Crew(records, areTasks);
    }
}
