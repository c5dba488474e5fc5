namespace Penstock.Serialization;

/// <summary>All that crosses of an exception.</summary>
internal sealed record ExceptionRecord
{
    /// <summary>The name by which the type is found again; empty if it cannot be.</summary>
    public required string TypeName { get; init; }

    public required string FullName { get; init; }

    /// <summary>What the exception says.</summary>
    public required string Message { get; init; }

    /// <summary>What it was told to say; types that override <see cref="Exception.Message"/> make more of it.</summary>
    public string? OwnMessage { get; init; }

    public string? StackTrace { get; init; }

    public string? Source { get; init; }

    public string? HelpLink { get; init; }

    public int HResult { get; init; }

    /// <summary>What caused it: one exception, or all that an <see cref="AggregateException"/> holds.</summary>
    public IReadOnlyList<ExceptionRecord> Causes { get; init; } = [];

    /// <summary>Its fields below <see cref="Exception"/>.</summary>
    public IReadOnlyList<NamedValue> Fields { get; init; } = [];

    public IReadOnlyList<NamedValue> Data { get; init; } = [];

    /// <summary>The names of what could not be taken along.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>The same with its parts cut to so many bytes each, and without values that are larger.</summary>
    public ExceptionRecord Shortened(int most)
    {
        var cut = new List<string>(Lost);
        return this with
        {
            Message = Shorten(Message, nameof(Message))!,
            OwnMessage = Shorten(OwnMessage, nameof(Message)),
            StackTrace = Shorten(StackTrace, nameof(StackTrace)),
            Source = Shorten(Source, nameof(Source)),
            HelpLink = Shorten(HelpLink, nameof(HelpLink)),
            Causes = [.. Causes.Select(cause => cause.Shortened(most))],
            Fields = WithoutLarge(Fields),
            Data = WithoutLarge(Data),
            Lost = cut,
        };

        string? Shorten(string? text, string name)
        {
            if (text is null || text.Length <= most / sizeof(char))
                return text;
            cut.Add($"the end of its {name}");
            return text[..(most / sizeof(char))];
        }

        List<NamedValue> WithoutLarge(IReadOnlyList<NamedValue> values)
        {
            cut.AddRange(values.Where(v => v.Bytes.Length > most).Select(v => StateFields.NameOf(v.Name)));
            return [.. values.Where(v => v.Bytes.Length <= most)];
        }
    }

    /// <summary>What is left when even short parts are too many. No text takes more than so many bytes.</summary>
    public ExceptionRecord Bare(int most) => (this with
    {
        TypeName = TypeName.Length <= most / sizeof(char) ? TypeName : "",
        FullName = FullName.Length <= most / sizeof(char) ? FullName : FullName[..(most / sizeof(char))],
        Causes = [],
        Fields = [],
        Data = [],
        Lost = ["its causes, fields and data"],
    }).Shortened(most);

    public void Write(BinaryWriter writer)
    {
        writer.WriteText(TypeName);
        writer.WriteText(FullName);
        writer.WriteText(Message);
        writer.WriteText(OwnMessage);
        writer.WriteText(StackTrace);
        writer.WriteText(Source);
        writer.WriteText(HelpLink);
        writer.Write(HResult);
        writer.WriteAll(Causes, static (w, cause) => cause.Write(w));
        writer.WriteAll(Fields, static (w, field) => field.Write(w));
        writer.WriteAll(Data, static (w, entry) => entry.Write(w));
        writer.WriteAll(Lost, static (w, name) => w.WriteText(name));
    }

    public static ExceptionRecord Read(BinaryReader reader) => new()
    {
        TypeName = reader.ReadText()!,
        FullName = reader.ReadText()!,
        Message = reader.ReadText()!,
        OwnMessage = reader.ReadText(),
        StackTrace = reader.ReadText(),
        Source = reader.ReadText(),
        HelpLink = reader.ReadText(),
        HResult = reader.ReadInt32(),
        Causes = reader.ReadAll(Read),
        Fields = reader.ReadAll(NamedValue.Read),
        Data = reader.ReadAll(NamedValue.Read),
        Lost = reader.ReadAll(static r => r.ReadText()!),
    };
}
