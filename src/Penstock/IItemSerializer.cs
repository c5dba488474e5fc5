using System.Buffers;

namespace Penstock;

/// <summary>Turns items into bytes and back, for links between processes. Must be safe for use by several threads.</summary>
public interface IItemSerializer
{
    /// <summary>Writes an item.</summary>
    /// <typeparam name="T">The type that flows on the link.</typeparam>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="item">The item; may be null if <typeparamref name="T"/> allows it.</param>
    void Serialize<T>(IBufferWriter<byte> output, T item);

    /// <summary>Reads an item that <see cref="Serialize"/> wrote.</summary>
    /// <typeparam name="T">The type that flows on the link.</typeparam>
    /// <param name="input">Exactly the bytes that were written.</param>
    T Deserialize<T>(ReadOnlySpan<byte> input);
}
