using System.Globalization;
using Penstock.Processes;

namespace Penstock.SharedMemory;

/// <summary>
/// Memory that processes share. One creates it, others open it by its <see cref="Handle"/>. Pages exist only when touched, so a
/// region may be far larger than the machine's memory, and all of it is zero at first.
/// </summary>
/// <remarks>The memory stays valid until disposal, for as long as the region is reachable.</remarks>
internal abstract unsafe class SharedRegion : IDisposable
{
    private const int LongestName = 80; // files allow 255 bytes with all that is put around it

    /// <summary>The first byte; null after disposal.</summary>
    public byte* Address { get; protected set; }

    /// <summary>Bytes.</summary>
    public long Size { get; protected init; }

    /// <summary>How to wait for its words.</summary>
    public SharedWait Wait { get; private set; } = SharedWait.Current;

    /// <summary>By which another process of the same user opens the region while its creator lives: a path, a colon, the size.</summary>
    public abstract string Handle { get; }

    /// <param name="name">Seen in diagnostic tools; need not be unique.</param>
    /// <param name="size">Bytes, of virtual memory.</param>
    /// <param name="isPortable">Whether the others who open it use the portable version of all, whatever this process does.</param>
    /// <param name="used">How many of its first bytes are sure to be used.</param>
    /// <param name="space">The room for files, where the region is one.</param>
    /// <exception cref="IOException">The system refuses; the message says which limit to raise.</exception>
    public static SharedRegion Create(string name, long size, bool isPortable = false, long used = 0, FileSpace? space = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var clean = string.Concat(name.Take(LongestName).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        SharedRegion region = MemfdRegion.IsSupported && !isPortable ? MemfdRegion.Create(clean, size) : FileRegion.Create(clean, size, space);
        if (isPortable)
            region.Wait = SharedWait.Portable;
        try
        {
            if (used > 0)
                region.Reserve(0, used, used);
            return region;
        }
        catch
        {
            region.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The region is gone, its creator has died, or access is refused.</exception>
    public static SharedRegion Open(string handle)
    {
        var colon = handle.LastIndexOf(':');
        if (colon < 0 || !PlainNumber.TryParse(handle.AsSpan(colon + 1), out var size))
            throw new IOException($"'{handle}' is not the handle of a shared region.");
        var path = handle[..colon];
        return IsFile(path) ? FileRegion.Open(path, size) : MemfdRegion.Open(path, size);
    }

    /// <summary>Whether a region lies in a file that has a name of its own.</summary>
    public static bool IsFile(string handle) => !handle.StartsWith("/proc/", StringComparison.Ordinal);

    /// <summary>
    /// Regions of ended runs take addresses until they are collected. Nothing else asks for a collection, since they take no memory: to be called
    /// before addresses count as used up.
    /// </summary>
    public static void CollectRetired()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>
    /// To be called before so many bytes from an offset on are written. Returns how many may be, at most the room there: more where nothing
    /// can stand in their way but the end of all memory.
    /// </summary>
    /// <exception cref="IOException">The file system has no room for them.</exception>
    public virtual long Reserve(long offset, long size, long room) => room;

    /// <summary>Gives the pages that lie wholly inside a range back to the system; what was in them is lost.</summary>
    public void Release(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Size - offset);
        ObjectDisposedException.ThrowIf(Address is null, this);
        long page = Environment.SystemPageSize;
        var first = (offset + page - 1) / page * page;
        var end = (offset + length) / page * page;
        if (first < end)
            Remove(Address + first, end - first);
    }

    /// <summary>Says that nobody will open the region any more. A region that had to take a name loses it, so that no crash can leave it behind.</summary>
    public virtual void Unlink()
    {
    }

    /// <summary>
    /// Gives everything back to the system but the addresses, which read as zero from then on until the region is collected: for those who
    /// may still look at it when all is over.
    /// </summary>
    public virtual void Retire()
    {
        if (Address is null)
            return;
        Unlink();
        Release(0, Size);
        if (OperatingSystem.IsLinux() && !LinuxMemory.ReplaceByNothing(Address, Size))
            Address = null; // never unmapped: something else may lie there by then
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Remove(byte* start, long length);

    protected abstract void Dispose(bool disposing);

    protected string HandleOf(string path) => string.Create(CultureInfo.InvariantCulture, $"{path}:{Size}");
}
