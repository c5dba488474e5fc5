using System.Runtime.InteropServices;

namespace Penstock.SharedMemory;

/// <summary>A limit that the Linux kernel sets a process.</summary>
internal sealed unsafe partial class ResourceLimit
{
    /// <summary>Bytes of a file, shared memory included.</summary>
    public static readonly ResourceLimit FileSize = new(1); // RLIMIT_FSIZE

    /// <summary>Bytes of private memory: heaps, stacks of threads, what native code allocates; not shared memory.</summary>
    public static readonly ResourceLimit PrivateMemory = new(2); // RLIMIT_DATA

    /// <summary>Bytes of address space.</summary>
    public static readonly ResourceLimit AddressSpace = new(9); // RLIMIT_AS

    private readonly int number;

    private ResourceLimit(int number) => this.number = number;

    /// <summary>This process's limit; null when there is none.</summary>
    public long? Value
    {
        get
        {
            Pair pair;
            return OperatingSystem.IsLinux() && Limit(0, number, null, &pair) == 0 && pair.Soft <= long.MaxValue ? (long)pair.Soft : null;
        }
    }

    /// <summary>Limits this process further; the limit cannot be raised again.</summary>
    public void Set(long value)
    {
        var pair = new Pair { Soft = (ulong)value, Hard = (ulong)value };
        _ = Limit(0, number, &pair, null);
    }

    [LibraryImport("libc", EntryPoint = "prlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Limit(int process, int number, Pair* value, Pair* previous);

    [StructLayout(LayoutKind.Sequential)]
    private struct Pair
    {
        public ulong Soft;
        public ulong Hard;
    }
}
