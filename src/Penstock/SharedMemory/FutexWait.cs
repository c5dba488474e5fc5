using System.Runtime.InteropServices;

namespace Penstock.SharedMemory;

/// <summary>Linux: the word itself is a futex. Unless it is a private one, the kernel finds it by its place in the file.</summary>
/// <param name="isPrivate">All who wait and wake are in this process; a little cheaper.</param>
internal sealed unsafe partial class FutexWait(bool isPrivate = false) : SharedWait
{
    private const int WaitOperation = 0;
    private const int WakeOperation = 1;
    private const int PrivateFlag = 128;
    private const int TimedOut = 110; // ETIMEDOUT

    private readonly int scope = isPrivate ? PrivateFlag : 0;

    public static bool IsSupported => Platform.IsLinux && SystemCall != 0;

    // Source: the kernel's system call tables.
    private static nint SystemCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    public override bool Sleep(int* word, int expected, int milliseconds = Timeout.Infinite)
    {
        var timeout = new TimeSpec { Seconds = milliseconds / 1000, Nanoseconds = milliseconds % 1000 * 1_000_000 };
        return CallSystem(SystemCall, word, WaitOperation | scope, expected, milliseconds < 0 ? null : &timeout, null, 0) >= 0
            || Marshal.GetLastPInvokeError() != TimedOut;
    }

    public override void Rouse(int* word, int count) => CallSystem(SystemCall, word, WakeOperation | scope, count, null, null, 0);

    // The transition to the collector must not be suppressed: a collection would wait for a sleeping thread.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint CallSystem(nint number, int* word, int operation, int value, TimeSpec* timeout, void* word2, int value3);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
