using System.Runtime.InteropServices;

namespace Penstock.SharedMemory;

/// <summary>
/// A full memory fence on all threads of all processes that have touched this class, issued by one of them. It lets the side
/// that is busy write and then read without a fence of its own; the side that is about to sleep pays for both (some µs).
/// </summary>
/// <remarks>
/// Every process whose busy side relies on it must look at <see cref="IsSupported"/> before that side starts: the first look registers the
/// process with the kernel. Where it is not supported, <see cref="Issue"/> is only a fence of the calling thread, and the busy sides must
/// issue full fences of their own. All processes of one run have the same answer, unless a sandbox treats them differently.
/// </remarks>
internal static partial class GlobalBarrier
{
    private const int Query = 0;
    private const int GlobalExpedited = 1 << 1;
    private const int RegisterGlobalExpedited = 1 << 2;

    private static int isPreparing;

    /// <summary>Whether <see cref="Issue"/> reaches the other processes. If not, every side fences by itself.</summary>
    public static bool IsSupported => Registration.Succeeded;

    private static nint SystemCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 324,
        Architecture.Arm64 => 283,
        _ => 0,
    };

    /// <summary>
    /// Begins to register this process, on a thread of its own: where a process has several threads, the kernel waits some 15 ms before it
    /// answers, which a start can use otherwise. Whoever asks meanwhile waits for the rest.
    /// </summary>
    public static void Prepare()
    {
        if (Interlocked.Exchange(ref isPreparing, 1) == 0)
            new Thread(static () => _ = Registration.Succeeded) { IsBackground = true, Name = "Penstock: barrier" }.Start();
    }

    /// <summary>For the side that is about to sleep: between its announcement and its last look.</summary>
    public static void Issue()
    {
        Interlocked.MemoryBarrier();
        if (IsSupported)
            CallSystem(SystemCall, GlobalExpedited, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint CallSystem(nint number, int command, uint flags, int processor);

    // A class of its own, so that nothing but the question waits for the answer.
    private static class Registration
    {
        public static readonly bool Succeeded = Platform.IsLinux && SystemCall != 0 && Register();

        private static bool Register()
        {
            const int Needed = GlobalExpedited | RegisterGlobalExpedited;
            return CallSystem(SystemCall, Query, 0, 0) is > 0 and var commands && (commands & Needed) == Needed
                && CallSystem(SystemCall, RegisterGlobalExpedited, 0, 0) == 0;
        }
    }
}
