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

    [ThreadStatic]
    private static bool isChosen;

    [ThreadStatic]
    private static bool isSuspended;

    /// <summary>For the calling thread, if nobody has given it another policy. Where it cannot be had, all goes on as it was.</summary>
    public static void Choose()
    {
        if (Platform.IsLinux)
            isChosen = TryChange(Other, Batch);
    }

    /// <summary>Takes it back for a while, or no longer, if the calling thread has chosen it, and nobody has given it another policy since.</summary>
    public static void Suspend(bool isToBe)
    {
        if (isSuspended != isToBe && isChosen && TryChange(isToBe ? Batch : Other, isToBe ? Other : Batch))
            isSuspended = isToBe;
    }

    private static unsafe bool TryChange(int from, int to)
    {
        var priority = 0;
        return GetPolicy(thread: 0) == from && SetPolicy(thread: 0, to, &priority) == 0;
    }

    [LibraryImport("libc", EntryPoint = "sched_getscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetPolicy(int thread);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int SetPolicy(int thread, int policy, int* priority);
}
