namespace Penstock.Serialization;

/// <summary>The user's own serializer: what it does is not checked.</summary>
internal sealed class SerializerCodec<T>(IItemSerializer serializer) : ItemCodec<T>
{
    public override void Write(SlotWriter output, T item) => serializer.Serialize(output, item);

    public override T Read(ReadOnlySpan<byte> input) => serializer.Deserialize<T>(input);
}
