namespace Penstock.SharedMemory;

/// <summary>
/// A zeroed piece of memory that stays where it is, so that the kernel and other processes can know it by its address: of this
/// process alone, or a part of what several share.
/// </summary>
internal sealed unsafe class FixedMemory
{
    private const int Line = 128; // the processor fetches cache lines in pairs

    // What keeps the memory alive.
    private readonly object owner;

    private FixedMemory(byte* address, object owner, long? offset = null)
    {
        Address = address;
        Offset = offset ?? 0;
        IsShared = offset is not null;
        this.owner = owner;
    }

    public byte* Address { get; }

    /// <summary>Whether other processes see it, too.</summary>
    public bool IsShared { get; }

    /// <summary>Where it lies in what is shared.</summary>
    public long Offset { get; }

    public static FixedMemory OfThisProcess(int size)
    {
        var array = GC.AllocateArray<byte>(size + Line, pinned: true);
        fixed (byte* start = array)
            return new FixedMemory((byte*)(((nuint)start + Line - 1) & ~(nuint)(Line - 1)), array);
    }

    public static FixedMemory In(SharedRegion region, long offset) => new(region.Address + offset, region, offset);
}
