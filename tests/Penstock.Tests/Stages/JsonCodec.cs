using System.Text.Json;
using Penstock.Stages.Crossing;

namespace Penstock.Tests.Stages;

/// <summary>Values as JSON, beside the rest of the recipe.</summary>
internal sealed class JsonCodec(BinaryWriter? writer, BinaryReader? reader) : IValueCodec
{
    private static readonly JsonSerializerOptions Whole = new() { IncludeFields = true };

    public void Write(Type type, object? value) => writer!.Write(JsonSerializer.Serialize(value, type, Whole));

    public object? Read(Type type) => JsonSerializer.Deserialize(reader!.ReadString(), type, Whole);
}
