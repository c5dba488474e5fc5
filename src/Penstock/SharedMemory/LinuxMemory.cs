using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Penstock.SharedMemory;

/// <summary>The Linux calls for memory that has no name.</summary>
internal static unsafe partial class LinuxMemory
{
    private const int CloseOnExec = 1; // MFD_CLOEXEC
    private const int NotExecutable = 8; // MFD_NOEXEC_SEAL
    private const int OpenFlags = 2 | 0x80000; // O_RDWR | O_CLOEXEC
    private const int ReadWrite = 1 | 2; // PROT_READ | PROT_WRITE
    private const int SharedWithoutReserve = 1 | 0x4000; // MAP_SHARED | MAP_NORESERVE
    private const int Fixed = 0x10; // MAP_FIXED
    private const int DontDump = 16; // MADV_DONTDUMP
    private const int GiveBack = 9; // MADV_REMOVE
    private const int HugePages = 14; // MADV_HUGEPAGE
    private const int HugePage = 2 << 20;
    private const int FromEnd = 2; // SEEK_END
    private const int InvalidArgument = 22; // EINVAL
    private const int NoMemory = 12; // ENOMEM: of addresses, too
    private const int GetDumpable = 3; // PR_GET_DUMPABLE

    private static void* Failed => (void*)-1; // MAP_FAILED

    /// <summary>False for processes whose descriptors others, even of the same user, may not open through /proc.</summary>
    public static bool IsDumpable => Control(GetDumpable, 0, 0, 0, 0) == 1;

    /// <returns>A descriptor.</returns>
    public static int CreateFile(string name, long size)
    {
        CheckFileSize(size);
        var file = MemfdCreate("penstock-" + name, CloseOnExec | NotExecutable); // else refused by Linux 6.3 to 6.5 where vm.memfd_noexec is 2
        if (file < 0 && Marshal.GetLastPInvokeError() == InvalidArgument) // before 6.3, which does not know it
            file = MemfdCreate("penstock-" + name, CloseOnExec);
        if (file >= 0 && Truncate(file, size) == 0)
            return file;
        var error = Refusal($"for {name} cannot be created", size);
        CloseFile(file);
        throw error;
    }

    /// <returns>A descriptor.</returns>
    public static int OpenFile(string path, long size)
    {
        var file = Open(path, OpenFlags);
        if (file >= 0 && Seek(file, 0, FromEnd) == size)
            return file;
        var error = file < 0
            ? Refusal($"'{path}' cannot be opened", size)
            : new IOException($"'{path}' is not the shared memory it was said to be: its creator has died.");
        CloseFile(file);
        throw error;
    }

    public static void CloseFile(int file)
    {
        if (file >= 0)
            _ = Close(file);
    }

    public static byte* Map(int file, long size)
    {
        var address = Map(null, (nuint)size, ReadWrite, SharedWithoutReserve, file, 0);
        if (address == Failed && Marshal.GetLastPInvokeError() == NoMemory)
        {
            SharedRegion.CollectRetired();
            address = Map(null, (nuint)size, ReadWrite, SharedWithoutReserve, file, 0);
        }

        if (address == Failed)
            throw Refusal("cannot be mapped", size);
        ExcludeFromDumps((byte*)address, size);
        return (byte*)address;
    }

    /// <summary>
    /// Puts a file of holes, without a name, in the place of what is mapped there: who looks at it later needs no new pages of a folder that may be
    /// full, and who is late in another process writes elsewhere. Private memory would do as well, but all of it counts as used where
    /// the system promises no more than it has (vm.overcommit_memory = 2), or where RLIMIT_DATA is set. False if nobody knows what is there now.
    /// </summary>
    public static bool ReplaceByNothing(byte* address, long size)
    {
        var holes = MemfdCreate("penstock-nothing", CloseOnExec);
        try
        {
            if (holes < 0 || Truncate(holes, size) != 0)
                return true; // as it was
            if (Map(address, (nuint)size, ReadWrite, SharedWithoutReserve | Fixed, holes, 0) != address)
                return false; // some kernels have unmapped it by then
            ExcludeFromDumps(address, size);
            return true;
        }
        finally
        {
            CloseFile(holes);
        }
    }

    /// <summary>Without this, one crash would write the whole sparse memory into a core dump.</summary>
    public static void ExcludeFromDumps(byte* address, long size) => _ = Advise(address, (nuint)size, DontDump);

    /// <summary>A file system that cannot do it keeps its pages: that costs memory, not correctness.</summary>
    public static void Remove(byte* address, long size) => _ = Advise(address, (nuint)size, GiveBack);

    /// <summary>For private memory that is about to be filled. Where the system has no large pages, nothing happens.</summary>
    public static void PreferLargePages(byte* address, long size)
    {
        var first = ((nuint)address + HugePage - 1) & ~(nuint)(HugePage - 1);
        var end = (nuint)(address + size) & ~(nuint)(HugePage - 1);
        if (first < end)
            _ = Advise((void*)first, end - first, HugePages);
    }

    public static void Unmap(byte* address, long size) => _ = Unmap(address, (nuint)size);

    /// <summary>Asked before a file grows: the kernel would answer with a signal that ends the process.</summary>
    public static void CheckFileSize(long size)
    {
        if (ResourceLimit.FileSize.Value is { } limit && limit < size)
            throw new IOException($"Shared memory of {size} bytes cannot be created: files are limited to {limit} bytes. Raise the limit (ulimit -f, RLIMIT_FSIZE).");
    }

    /// <summary>Makes pages of a file exist. False if its file system has no room; one that cannot tell lets them be made when they are touched.</summary>
    public static bool TryAllocate(SafeFileHandle file, long offset, long length)
    {
        const int Interrupted = 4; // EINTR
        const int NoSpace = 28; // ENOSPC
        const int OverQuota = 122; // EDQUOT
        int error;
        do
            error = Allocate(file, offset, length);
        while (error == Interrupted);
        return error is not (NoSpace or OverQuota);
    }

    // For the call just made.
    private static IOException Refusal(string what, long size)
    {
        var cure = Marshal.GetLastPInvokeError() switch
        {
            NoMemory when ResourceLimit.AddressSpace.Value is { } limit => $"the address space of this process is limited to {limit} bytes. Raise the limit (ulimit -v, RLIMIT_AS).",
            NoMemory => "there is no memory, no address space, or too many mappings (sysctl vm.max_map_count).",
            2 or 3 => "the process that created it is gone.", // ENOENT, ESRCH
            var error => SystemErrors.Explain(error),
        };
        return new IOException($"Shared memory of {size} bytes {what}: {cure}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "lseek")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Seek(int file, long offset, int from);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Truncate(int file, long size);

    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Allocate(SafeFileHandle file, long offset, long length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* Map(void* address, nuint size, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(void* address, nuint size);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint size, int advice);

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint value, nuint value2, nuint value3, nuint value4);
}
