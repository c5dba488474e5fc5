using System.Runtime.InteropServices;

namespace Penstock.Waiting;

/// <summary>Parks a thread on a Linux futex: the state word itself.</summary>
internal sealed unsafe partial class FutexWaiter : Waiter
{
    private const int Wait = 0 | PrivateFlag;
    private const int WakeUp = 1 | PrivateFlag;
    private const int PrivateFlag = 128;

    // Pinned, since the kernel knows the word by its address; as long as a cache line, so that no neighbour shares it.
    private readonly int[] word = GC.AllocateArray<int>(length: 32, pinned: true);

    public static bool IsSupported => OperatingSystem.IsLinux() && SystemCall is not 0;

    protected override ref int State => ref word[16];

    // The number of the futex call differs between processors. Source: the kernel's system call tables.
    private static nint SystemCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    public override ValueTask WaitAsync()
    {
        for (var state = Volatile.Read(ref State); IsWaiting(state); state = Volatile.Read(ref State))
            Futex(Wait, state); // returns at once if the word has changed; spurious returns go round again
        return ValueTask.CompletedTask;
    }

    protected override void Resume() => Futex(WakeUp, 1);

    private void Futex(int operation, int value)
    {
        fixed (int* address = &State)
            _ = CallSystem(SystemCall, address, operation, value, null, null, 0);
    }

    // The transition to the collector must not be suppressed: a collection would wait for a parked thread.
    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint CallSystem(nint number, int* address, int operation, int value, void* timeout, void* address2, int value3);
}
