using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Penstock.Serialization;

/// <summary>Values without references cross bit for bit: small ones as the number that their bits are, larger ones in base 64.</summary>
/// <remarks>So no private field, no lone surrogate, no payload of a NaN is lost, and nothing has to be formatted and parsed.</remarks>
internal sealed class RawConverter<T> : JsonConverter<T>
    where T : unmanaged
{
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (Unsafe.SizeOf<T>() <= sizeof(ulong))
        {
            ulong bits = 0;
            Unsafe.WriteUnaligned(ref Unsafe.As<ulong, byte>(ref bits), value);
            writer.WriteNumberValue(bits);
        }
        else
        {
            writer.WriteBase64StringValue(Unmanaged.BytesOf(new ReadOnlySpan<T>(in value)));
        }
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (Unsafe.SizeOf<T>() <= sizeof(ulong))
        {
            var bits = reader.GetUInt64();
            return Unsafe.ReadUnaligned<T>(ref Unsafe.As<ulong, byte>(ref bits));
        }

        Unsafe.SkipInit(out T value);
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<T>(ref value));
        if (Base64.DecodeFromUtf8(reader.ValueSpan, bytes, out _, out var written) is not OperationStatus.Done || written != bytes.Length)
            throw new JsonException($"These are not the {bytes.Length} bytes of a {typeof(T)}.");
        return value;
    }
}
