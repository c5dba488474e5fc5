using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>
/// Tells Linux that a worker's thread is batch work, so that waking it does not interrupt whoever wakes it. Without that a worker
/// that hands an item on often loses its processor to the consumer it woke, for as long as that computes, although another
/// processor is idle. The benchmark's suite <c>utilisation</c> shows what that costs an exclusive stage.
/// </summary>
internal static partial class BatchScheduling
{
    private const int Other = 0;
    private const int Batch = 3;

    /// <summary>For the calling thread, if nobody has given it another policy. Where it cannot be had, all goes on as it was.</summary>
    public static unsafe void Choose()
    {
        if (!Platform.IsLinux || GetPolicy(thread: 0) != Other)
            return;
        var priority = 0;
        _ = SetPolicy(thread: 0, Batch, &priority);
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetPolicy(int thread);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int SetPolicy(int thread, int policy, int* priority);
}
