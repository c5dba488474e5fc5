using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>Parks a thread on a Linux futex: the state word itself.</summary>
internal sealed unsafe partial class FutexWaiter(FixedMemory memory) : Waiter(memory)
{
    private const int WaitOperation = 0 | PrivateFlag;
    private const int WakeOperation = 1 | PrivateFlag;
    private const int PrivateFlag = 128;
    private const int TimedOut = 110; // ETIMEDOUT

    public static bool IsSupported => OperatingSystem.IsLinux() && SystemCall is not 0;

    // The number of the futex call differs between processors. Source: the kernel's system call tables.
    private static nint SystemCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    public override ValueTask WaitAsync(int milliseconds = Timeout.Infinite)
    {
        // Returns at once if the word has changed; spurious returns go round again.
        for (var state = Volatile.Read(ref State); IsWaiting(state); state = Volatile.Read(ref State))
        {
            if (!Futex(WaitOperation, state, milliseconds) && Marshal.GetLastPInvokeError() == TimedOut)
                Wake(); // ends this wait, unless somebody just did
        }

        return ValueTask.CompletedTask;
    }

    protected override void Resume() => Futex(WakeOperation, 1, Timeout.Infinite);

    private bool Futex(int operation, int value, int milliseconds)
    {
        var timeout = new TimeSpec { Seconds = milliseconds / 1000, Nanoseconds = milliseconds % 1000 * 1_000_000 };
        fixed (int* address = &State)
            return CallSystem(SystemCall, address, operation, value, milliseconds < 0 ? null : &timeout, null, 0) >= 0;
    }

    // The transition to the collector must not be suppressed: a collection would wait for a parked thread.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint CallSystem(nint number, int* address, int operation, int value, TimeSpec* timeout, void* address2, int value3);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
