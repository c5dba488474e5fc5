using System.Runtime.InteropServices;

namespace Penstock.Links;

/// <summary>The counters of a link. Each side on cache lines of its own, so that one side's writes do not slow the other's reads.</summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
internal struct LinkHeader
{
    /// <summary>Nothing more will be handed on.</summary>
    [FieldOffset(0)]
    public bool Completed;

    /// <summary>Nobody will take any more.</summary>
    [FieldOffset(1)]
    public bool Closed;

    /// <summary>Slots taken so far.</summary>
    [FieldOffset(128)]
    public long Claimed;

    /// <summary>Items handed on so far: the position of the next one.</summary>
    [FieldOffset(136)]
    public long Tail;

    /// <summary>What a producer saw of <see cref="Freed"/> when it last looked: spares a look at the other side's memory an item.</summary>
    [FieldOffset(144)]
    public long KnownFreed;

    /// <summary>Items taken so far: the position of the next one.</summary>
    [FieldOffset(256)]
    public long Head;

    /// <summary>Slots freed so far.</summary>
    [FieldOffset(264)]
    public long Freed;
}
