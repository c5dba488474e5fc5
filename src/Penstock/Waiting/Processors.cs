using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>
/// Where the calling thread runs, and how it gets away from there. Linux leaves two threads on one processor, although another is idle,
/// while they yield to each other within <c>sched_migration_cost_ns</c>, 0.5 ms: it takes what each has in the cache for worth more.
/// And a woken thread often comes to where its waker is, since a virtual processor that sleeps passes for one that is taken away.
/// </summary>
internal static unsafe partial class Processors
{
    /// <summary>What stands for a processor that is not known.</summary>
    public const int Unknown = -1;

    private const int MaskWords = 16;
    private const int MaskBytes = MaskWords * sizeof(ulong); // 1,024 processors; with more the system refuses, and all stays as it is

    /// <summary>The number of the processor that the thread is on; <see cref="Unknown"/> where it cannot be had.</summary>
    public static int Current => Platform.IsLinux ? GetCurrent() : Unknown;

    /// <summary>Moves the thread to another of the processors that it may use, if there is one. It may come back at any time.</summary>
    public static void LeaveCurrent()
    {
        if (!Platform.IsLinux)
            return;
        var all = stackalloc ulong[MaskWords];
        var others = stackalloc ulong[MaskWords];
        if (GetAllowed(thread: 0, MaskBytes, all) < 0 || GetCurrent() is not (>= 0 and < MaskWords * 64 and var here))
            return;
        new ReadOnlySpan<ulong>(all, MaskWords).CopyTo(new Span<ulong>(others, MaskWords));
        others[here / 64] &= ~(1UL << (here % 64));
        if (SetAllowed(thread: 0, MaskBytes, others) == 0) // refused if there is no other
            _ = SetAllowed(thread: 0, MaskBytes, all);
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetCurrent();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetAllowed(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAllowed(int thread, nuint size, ulong* mask);
}
