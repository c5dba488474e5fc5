using System.Globalization;

namespace Penstock.SharedMemory;

/// <summary>
/// Linux: a memory file without a name. Nobody else can open it, and the kernel frees it with the last process that maps it,
/// however that ends.
/// </summary>
internal sealed unsafe class MemfdRegion : SharedRegion
{
    private const int None = -1;

    // Kept by the creator, so that others find it under /proc. Who opened the region needs the mapping alone.
    private int file = None;

    private MemfdRegion(int file, long size, bool isCreator)
    {
        Size = size;
        Address = LinuxMemory.Map(file, size);
        this.file = isCreator ? file : None;
        Handle = isCreator ? HandleOf(string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{file}")) : "";
    }

    ~MemfdRegion() => Dispose(disposing: false);

    /// <summary>Asked every time: a process may stop being dumpable.</summary>
    public static bool IsSupported => Platform.IsLinux && LinuxMemory.IsDumpable;

    /// <summary>Only the creator has one: others have closed their descriptor.</summary>
    public override string Handle { get; }

    public static MemfdRegion Create(string name, long size)
    {
        var created = LinuxMemory.CreateFile(name, size);
        try
        {
            return new(created, size, isCreator: true);
        }
        catch
        {
            LinuxMemory.CloseFile(created);
            throw;
        }
    }

    public static MemfdRegion Open(string path, long size)
    {
        var opened = LinuxMemory.OpenFile(path, size);
        try
        {
            return new(opened, size, isCreator: false);
        }
        finally
        {
            LinuxMemory.CloseFile(opened);
        }
    }

    public override void Retire()
    {
        base.Retire();
        LinuxMemory.CloseFile(file);
        file = None;
    }

    protected override void Remove(byte* start, long length) => LinuxMemory.Remove(start, length);

    protected override void Dispose(bool disposing)
    {
        if (Address is not null)
            LinuxMemory.Unmap(Address, Size);
        Address = null;
        LinuxMemory.CloseFile(file);
        file = None;
    }
}
