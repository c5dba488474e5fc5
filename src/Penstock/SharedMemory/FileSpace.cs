using Microsoft.Win32.SafeHandles;

namespace Penstock.SharedMemory;

/// <summary>
/// The room where files of shared memory lie. The first touch of a page that the file system has no room for ends the process with a bus error,
/// so pages are reserved before they are touched. Tests have rooms of their own.
/// </summary>
internal class FileSpace
{
    public static readonly FileSpace OfSystem = new();

    /// <summary>Bytes.</summary>
    public virtual long Free => Directory.Exists(FileRegion.Folder) ? new DriveInfo(FileRegion.Folder).AvailableFreeSpace : long.MaxValue;

    /// <summary>Makes pages exist. False if there is no room.</summary>
    public virtual bool TryReserve(SafeFileHandle file, long offset, long length) => !OperatingSystem.IsLinux() || LinuxMemory.TryAllocate(file, offset, length);
}
