using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Penstock.Tests.Isolated;

/// <summary>What happens to a worker.</summary>
public enum Accident
{
    Exception,
    Kill,
    Segfault,
    Abort,
    ExitZero,
    ExitThree,
    FailFast,
    Overflow,
    Memory,
    Loop,
    Sleep,
    StopSignal,
    CloseOutput,
}

/// <summary>The exception of the tests' stages.</summary>
public sealed class MishapException(string message) : Exception(message);

/// <summary>Which accident happens at which item.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="At">At this item.</param>
/// <param name="OnlyFirst">Only at its first attempt.</param>
public sealed record Mishap(Accident Kind, int At, bool OnlyFirst = false)
{
    /// <summary>Yields each item times ten, then that plus one; the accident happens between the two.</summary>
    public static IEnumerable<int> Stage(IEnumerable<int> items, Mishap mishap)
    {
        foreach (var item in items)
        {
            yield return item * 10;
            mishap.Meet(item);
            yield return item * 10 + 1;
        }
    }

    public static bool IsStuck(Accident kind) => kind is Accident.Loop or Accident.Sleep or Accident.StopSignal;

    public void Meet(int item)
    {
        if (item == At && !(OnlyFirst && PipelineContext.Current!.Attempt > 1))
            Kind.Happen();
    }
}

/// <summary>Makes accidents happen to this process.</summary>
internal static partial class Accidents
{
    private const int KillSignal = 9;
    private const int StopSignal = 19;

    public static void Happen(this Accident kind)
    {
        Console.Error.WriteLine($"about to meet {kind}");
        switch (kind)
        {
            case Accident.Exception:
                throw new MishapException("something happened");
            case Accident.Kill:
                _ = Libc.Kill(Environment.ProcessId, KillSignal);
                Thread.Sleep(Timeout.Infinite);
                break;
            case Accident.Segfault:
                _ = Libc.Length(0);
                break;
            case Accident.Abort:
                Libc.Abort();
                break;
            case Accident.ExitZero:
                Environment.Exit(0);
                break;
            case Accident.ExitThree:
                Environment.Exit(3);
                break;
            case Accident.FailFast:
                Environment.FailFast("on purpose");
                break;
            case Accident.Overflow:
                _ = Overflow(new byte[1]);
                break;
            case Accident.Memory:
                TakeAll();
                break;
            case Accident.Loop:
                while (true)
                    Thread.SpinWait(1000);
            case Accident.Sleep:
                Thread.Sleep(Timeout.Infinite);
                break;
            case Accident.StopSignal:
                _ = Libc.Kill(Environment.ProcessId, StopSignal);
                break;
            case Accident.CloseOutput:
                new SafeFileHandle(1, ownsHandle: true).Dispose();
                break;
        }
    }

    private static int Overflow(Span<byte> bytes)
    {
        Span<byte> more = stackalloc byte[4096];
        bytes[0]++;
        return Overflow(more) + more[0];
    }

    private static void TakeAll()
    {
        var taken = new List<byte[]>();
        while (true)
            taken.Add(new byte[8 << 20]);
    }
}

internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "waitid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int WaitForChild(int kind, int process, nint details, int what);

    /// <summary>Returns when a child of this process has been stopped by a signal.</summary>
    public static void UntilStopped(int process)
    {
        const int ByNumber = 1; // P_PID
        const int Stopped = 2; // WSTOPPED
        Assert.Equal(0, WaitForChild(ByNumber, process, 0, Stopped));
    }

    [LibraryImport("libc", EntryPoint = "abort")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Abort();

    [LibraryImport("libc", EntryPoint = "strlen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Length(nint text);
}
