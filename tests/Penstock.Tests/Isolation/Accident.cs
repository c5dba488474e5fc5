using System.Runtime.InteropServices;

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
    Loop,
    Sleep,
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

    public static IEnumerable<int> Source(Mishap mishap)
    {
        for (var i = 0; i < 100; i++)
        {
            mishap.Meet(i);
            yield return i;
        }
    }

    /// <summary>What the stage gives for so many items where nothing happens.</summary>
    public static IEnumerable<int> Outputs(int count) => Enumerable.Range(0, count).SelectMany(x => new[] { x * 10, x * 10 + 1 });

    public static bool IsStuck(Accident kind) => kind is Accident.Loop or Accident.Sleep;

    /// <summary>What tells the accident from outside.</summary>
    public static (int? ExitCode, string? Signal) Trace(Accident kind) => kind switch
    {
        Accident.Kill => (null, "SIGKILL"),
        Accident.Segfault => (null, "SIGSEGV"),
        Accident.Abort or Accident.FailFast or Accident.Overflow => (null, "SIGABRT"),
        Accident.ExitZero => (0, null),
        Accident.ExitThree => (3, null),
        _ => (null, null),
    };

    public void Meet(int item)
    {
        if (item != At || (OnlyFirst && PipelineContext.Current!.Attempt > 1))
            return;
        Console.Error.WriteLine($"about to meet {Kind}");
        Happen(Kind);
    }

    private static void Happen(Accident kind)
    {
        switch (kind)
        {
            case Accident.Exception:
                throw new MishapException("something happened");
            case Accident.Kill:
                _ = Libc.Kill(Environment.ProcessId, 9);
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
            case Accident.Loop:
                while (true)
                    Thread.SpinWait(1000);
            case Accident.Sleep:
                Thread.Sleep(Timeout.Infinite);
                break;
        }
    }

    private static int Overflow(Span<byte> bytes)
    {
        Span<byte> more = stackalloc byte[4096];
        bytes[0]++;
        return Overflow(more) + more[0];
    }
}

internal static partial class Libc
{
    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "abort")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Abort();

    [LibraryImport("libc", EntryPoint = "strlen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Length(nint text);
}
