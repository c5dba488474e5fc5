using System.Globalization;
using System.IO.MemoryMappedFiles;

namespace Penstock.SharedMemory;

/// <summary>
/// Everywhere: a mapped file that only its owner may open, in memory (/dev/shm) where there is such a folder. Also for Linux
/// processes that may not be looked into. Where the file system has no sparse files, the region's size is really allocated.
/// </summary>
internal sealed unsafe class FileRegion : SharedRegion
{
    private const string MemoryFolder = "/dev/shm";

    private readonly FileSpace space;
    private readonly string path;
    private readonly FileStream file;
    private readonly MemoryMappedViewAccessor view;

    private FileRegion(FileStream file, long size, FileSpace space, bool isCreator)
    {
        this.space = space;
        this.file = file;
        Size = size;
        path = file.Name;
        using (var map = MemoryMappedFile.CreateFromFile(file, mapName: null, capacity: size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true))
            view = CreateView(map, size); // which outlives it, and does not hold on to the file as it does
        byte* address = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        Address = address + view.PointerOffset;

        if (OperatingSystem.IsLinux())
            LinuxMemory.ExcludeFromDumps(Address, size);
        MemoryFiles.Add(path, isCreator);
    }

    ~FileRegion() => Dispose(disposing: false);

    public override string Handle => HandleOf(path);

    /// <summary>Where the files are.</summary>
    public static string Folder => Directory.Exists(MemoryFolder) ? MemoryFolder : Path.GetTempPath();

    /// <summary>How to get more of it.</summary>
    public static string Cure => Folder is MemoryFolder
        ? "Make it larger (docker run --shm-size, or the size of that tmpfs), or use a lower MaxInFlight or fewer workers"
        : "Free some space there, set TMPDIR to a folder that has more, or use a lower MaxInFlight or fewer workers";

    public static FileRegion Create(string name, long size, FileSpace? space = null)
    {
        if (OperatingSystem.IsLinux())
            LinuxMemory.CheckFileSize(size);
        var options = Options(FileMode.CreateNew);
        options.Options = FileOptions.DeleteOnClose;
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var unique = string.Create(CultureInfo.InvariantCulture, $"penstock-{name}-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            return MapOrClose(new FileStream(Path.Combine(Folder, unique), options), size, space ?? FileSpace.OfSystem, isCreator: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"Shared memory cannot be created in {Folder}, where its files lie: {refused.Message.TrimEnd('.')}. The folder must be writable (a tmpfs, in a container) and have room, and this process be allowed enough files (ulimit -n).", refused);
        }
    }

    public static FileRegion Open(string path, long size) => MapOrClose(new FileStream(path, Options(FileMode.Open)), size, FileSpace.OfSystem, isCreator: false);

    public override long Reserve(long offset, long size, long room)
    {
        if (space.TryReserve(file.SafeFileHandle, offset, size))
            return size;
        throw new IOException(FormattableString.Invariant($"There is no room for {size:N0} bytes of shared memory in {Folder}, where {space.Free:N0} are free. {Cure}."));
    }

    public override void Unlink()
    {
        if (!OperatingSystem.IsWindows()) // which keeps the name until the last one has closed the file, and then removes it
            File.Delete(path);
        MemoryFiles.Forget(path);
    }

    public override void Retire()
    {
        base.Retire();
        if (OperatingSystem.IsLinux())
            file.Dispose();
    }

    protected override void Remove(byte* start, long length)
    {
        if (OperatingSystem.IsLinux())
            LinuxMemory.Remove(start, length);
    }

    protected override void Dispose(bool disposing)
    {
        if (Address is not null)
            view.SafeMemoryMappedViewHandle.ReleasePointer(); // else its own finalizer would not unmap it
        Address = null;
        MemoryFiles.Forget(path);
        if (!disposing)
            return;
        view.Dispose();
        file.Dispose();
    }

    private static FileStreamOptions Options(FileMode mode) => new()
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    };

    private static MemoryMappedViewAccessor CreateView(MemoryMappedFile map, long size)
    {
        try
        {
            return map.CreateViewAccessor(0, size);
        }
        catch (Exception refused) when (refused is IOException or OutOfMemoryException)
        {
            CollectRetired();
            return map.CreateViewAccessor(0, size);
        }
    }

    private static FileRegion MapOrClose(FileStream file, long size, FileSpace space, bool isCreator)
    {
        try
        {
            if (isCreator)
                file.SetLength(size);
            else if (file.Length != size)
                throw new IOException($"'{file.Name}' is not the shared memory it was said to be.");
            return new FileRegion(file, size, space, isCreator);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
