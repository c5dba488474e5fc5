using Penstock.Links;

namespace Penstock.Buffers;

/// <summary>The size of buffers.</summary>
internal static class BufferLimit
{
    /// <summary>That of a slot, wherever the buffer lies: a generator that works on threads works in processes.</summary>
    public const long Bytes = SharedLinkLayout.LargeRoom;
}
