using System.Runtime.InteropServices;

namespace Penstock.Processes;

/// <summary>
/// Linux (5.4 and later): a descriptor that stands for a process. It can be read when the process is dead, and never means another process that
/// was given the same number.
/// </summary>
internal static unsafe partial class PidDescriptor
{
    private const nint OpenCall = 434; // the same on all processors
    private const nint SignalCall = 424;
    private const int Kill = 9;

    /// <summary>Whether this kernel has them.</summary>
    public static bool AreSupported
    {
        get
        {
            const int NotPermitted = 1; // EPERM, by a sandbox
            const int Unknown = 38; // ENOSYS
            var descriptor = Open(Environment.ProcessId);
            if (descriptor < 0)
                return Marshal.GetLastPInvokeError() is not (NotPermitted or Unknown); // it may lack a free descriptor just now
            _ = Descriptors.Close(descriptor);
            return true;
        }
    }

    /// <summary>Negative if there is no such process. It is closed in programs that this one starts.</summary>
    public static int Open(int process) => (int)CallSystem(OpenCall, process, 0, 0, 0);

    /// <summary>Returns when the process is dead.</summary>
    public static void Wait(int descriptor)
    {
        while (!Descriptors.WaitUntilReadable(descriptor, Timeout.Infinite))
        {
        }
    }

    public static void SendKill(int descriptor) => CallSystem(SignalCall, descriptor, Kill, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint CallSystem(nint number, nint argument, nint argument2, nint argument3, nint argument4);
}
