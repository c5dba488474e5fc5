namespace Penstock.Serialization;

/// <summary>A value of any type that crosses, with its name.</summary>
/// <param name="Name">The name of the field or the key.</param>
/// <param name="Level">For fields: how many types below the exception's own the field is declared.</param>
/// <param name="TypeName">The type by which the value was written; null if the value is null.</param>
/// <param name="Bytes">What its codec wrote.</param>
internal sealed record NamedValue(string Name, int Level, string? TypeName, byte[] Bytes)
{
    // An exception may hold exceptions, in fields or in Data, and at last itself.
    private const int DeepestNesting = 3;

    [ThreadStatic]
    private static int nesting;

    /// <summary>Takes a value by its declared type or, where that says too little, by the type it has. Null if neither crosses.</summary>
    public static NamedValue? TryTake(string name, int level, Type declared, object? value)
    {
        if (value is null)
            return new NamedValue(name, level, null, []);
        if (nesting == DeepestNesting && value is not string)
            return null;
        nesting++;
        try
        {
            return TryWrite(name, level, declared, value) ?? TryWrite(name, level, value.GetType(), value);
        }
        finally
        {
            nesting--;
        }
    }

    /// <summary>The value, made anew.</summary>
    public object? Make() => TypeName is null ? null
        : TypeNames.Resolve(TypeName) is { } type ? ItemCodec.For(type).ReadBoxed(Bytes)
        : throw new TypeLoadException(TypeName);

    public void Write(BinaryWriter writer)
    {
        writer.WriteText(Name);
        writer.Write(Level);
        writer.WriteText(TypeName);
        writer.Write(Bytes.Length);
        writer.Write(Bytes);
    }

    public static NamedValue Read(BinaryReader reader) =>
        new(reader.ReadText()!, reader.ReadInt32(), reader.ReadText(), reader.ReadBytes(reader.ReadInt32()));

    private static NamedValue? TryWrite(string name, int level, Type type, object value)
    {
        try
        {
            if (type.AssemblyQualifiedName is not { } typeName || CrossingCheck.Find(type) is not null)
                return null;
            var slot = new ArraySlotWriter();
            ItemCodec.For(type).WriteBoxed(slot, value);
            return new NamedValue(name, level, typeName, slot.Written.ToArray());
        }
        catch (Exception)
        {
            return null; // listed as lost: the exception matters more
        }
    }
}
