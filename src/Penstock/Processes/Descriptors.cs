using System.Runtime.InteropServices;
using Penstock.SharedMemory;

namespace Penstock.Processes;

/// <summary>The Linux calls for descriptors that are waited on.</summary>
internal static unsafe partial class Descriptors
{
    private const short Readable = 1; // POLLIN
    private const int CloseOnExec = 0x80000; // O_CLOEXEC, EFD_CLOEXEC

    /// <summary>False on timeout and when a signal came in between.</summary>
    public static bool WaitUntilReadable(int descriptor, int milliseconds)
    {
        var one = new Polled { Descriptor = descriptor, Wanted = Readable };
        return Poll(&one, 1, milliseconds) > 0;
    }

    /// <summary>Waits until at least one can be read or has reached its end; which ones is seen in them.</summary>
    public static void WaitForAny(Span<Polled> polled)
    {
        fixed (Polled* first = polled)
        {
            if (Poll(first, (nuint)polled.Length, Timeout.Infinite) >= 0)
                return;
        }

        foreach (ref var one in polled)
            one.Seen = 0; // interrupted by a signal
    }

    public static Polled Want(int descriptor) => new() { Descriptor = descriptor, Wanted = Readable };

    /// <summary>A counter whose descriptor can be read when somebody has rung.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static int CreateBell() => EventCounter(0, CloseOnExec) is >= 0 and var bell ? bell : throw Refused("It cannot be watched");

    public static void Ring(int bell)
    {
        ulong one = 1;
        _ = Write(bell, &one, sizeof(ulong));
    }

    public static void Hush(int bell)
    {
        ulong count;
        _ = Read(bell, &count, sizeof(ulong));
    }

    public static (int Read, int Write) CreatePipe()
    {
        var ends = stackalloc int[2];
        return Pipe(ends, CloseOnExec) == 0 ? (ends[0], ends[1]) : throw Refused("There is no pipe for its output");
    }

    // For the call just made.
    private static IOException Refused(string what) => new($"{what}: {SystemErrors.Explain(Marshal.GetLastPInvokeError())}");

    /// <summary>0 at the end, negative on an error.</summary>
    public static int Read(int descriptor, Span<byte> bytes)
    {
        fixed (byte* first = bytes)
            return (int)Read(descriptor, first, (nuint)bytes.Length);
    }

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(Polled* polled, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EventCounter(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(int descriptor, void* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int descriptor, void* bytes, nuint count);

    [StructLayout(LayoutKind.Sequential)]
    public struct Polled
    {
        public int Descriptor;
        public short Wanted;
        public short Seen;
    }
}
