namespace Penstock.SharedMemory;

/// <summary>
/// A zeroed piece of memory that stays where it is, so that the kernel and other processes can know it by its address: of this
/// process alone, or a part of what several share.
/// </summary>
internal sealed unsafe class FixedMemory
{
    private const int Line = 128; // the processor fetches cache lines in pairs

    private static readonly SharedWait OfOwnWords = FutexWait.IsSupported ? new FutexWait(isPrivate: true) : SharedWait.Portable;

    // What keeps the memory alive.
    private readonly object owner;

    private FixedMemory(byte* address, object owner, SharedWait? wait = null, long offset = 0)
    {
        Address = address;
        Offset = offset;
        IsShared = wait is not null;
        Wait = wait ?? OfOwnWords;
        this.owner = owner;
    }

    public byte* Address { get; }

    /// <summary>Whether other processes see it, too.</summary>
    public bool IsShared { get; }

    /// <summary>How to wait for its words.</summary>
    public SharedWait Wait { get; }

    /// <summary>Whether <see cref="GlobalBarrier"/> reaches all who use it.</summary>
    public bool HasBarrier => GlobalBarrier.IsSupported && Wait == SharedWait.Current;

    /// <summary>Where it lies in what is shared.</summary>
    public long Offset { get; }

    /// <summary>To be called before so many bytes from its start on are written, if they were not reserved with it. False if there is no room for them.</summary>
    public bool TryReserve(long size)
    {
        try
        {
            (owner as SharedRegion)?.Reserve(Offset, size, size);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static FixedMemory OfThisProcess(int size)
    {
        var array = GC.AllocateArray<byte>(size + Line, pinned: true);
        fixed (byte* start = array)
            return new FixedMemory((byte*)(((nuint)start + Line - 1) & ~(nuint)(Line - 1)), array);
    }

    public static FixedMemory In(SharedRegion region, long offset) => new(region.Address + offset, region, region.Wait, offset);
}
