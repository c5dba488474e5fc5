using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>Writes a value as another one that is known to cross whole; false stands for a value type's default.</summary>
internal class DetourConverter<T, TDetour>(Func<T, TDetour> take, Func<TDetour, T> make) : JsonConverter<T>
{
    // Found late: the detour of a collection may lead to the type that is just being looked at.
    private JsonConverter<TDetour>? detour;

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (typeof(T).IsValueType && EqualityComparer<T>.Default.Equals(value, default))
            writer.WriteBooleanValue(false);
        else
            Detour(options).Write(writer, take(value), options);
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.False ? default! : make(Detour(options).Read(ref reader, typeof(TDetour), options)!);

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Reflection.Intrinsic)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Reflection.Intrinsic)]
    private JsonConverter<TDetour> Detour(JsonSerializerOptions options) =>
        detour ??= (JsonConverter<TDetour>)options.GetConverter(typeof(TDetour));
}
