using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Penstock.Processes;
using Penstock.SharedMemory;

namespace Penstock.Tests.Processes;

/// <summary>What the workers of these tests do. The message is a text: what to do it with, or the handle of a region to answer in.</summary>
internal static unsafe partial class Entries
{
    private static bool isSetUp;

    [PipelineWorkerSetup]
    public static void SetUp() => isSetUp = true;

    public static void Nothing(WorkerArguments arguments)
    {
    }

    public static void Exit(WorkerArguments arguments) => Environment.Exit(int.Parse(Text(arguments), CultureInfo.InvariantCulture));

    public static void FailFast(WorkerArguments arguments) => Environment.FailFast("on purpose");

    public static void Throw(WorkerArguments arguments) => throw new InvalidOperationException("on purpose");

    public static void Overflow(WorkerArguments arguments) => Overflow(new Span<byte>(new byte[1]));

    // In native code: the runtime makes an exception of what happens in managed code.
    public static void ReadNull(WorkerArguments arguments) => _ = Length(null);

    public static void Abort(WorkerArguments arguments) => AbortNow();

    /// <summary>Sends itself a signal, after noting the time.</summary>
    public static void Signal(WorkerArguments arguments)
    {
        var parts = Text(arguments).Split(' ');
        if (parts.Length > 1)
        {
            using var region = SharedRegion.Open(parts[1]);
            *(long*)region.Address = Stopwatch.GetTimestamp();
        }

        _ = SendSignal(Environment.ProcessId, int.Parse(parts[0], CultureInfo.InvariantCulture));
        Thread.Sleep(Timeout.Infinite);
    }

    public static void Wait(WorkerArguments arguments) => Thread.Sleep(Timeout.Infinite);

    /// <summary>Says that it is there, and ends when it is told to.</summary>
    public static void Answer(WorkerArguments arguments)
    {
        using var region = SharedRegion.Open(Text(arguments));
        var words = (int*)region.Address;
        Volatile.Write(ref words[0], Environment.ProcessId);
        SharedWait.Current.Rouse(&words[0], int.MaxValue);
        while (Volatile.Read(ref words[1]) == 0)
            SharedWait.Current.Sleep(&words[1], 0);
    }

    /// <summary>The same, and the run has begun to end.</summary>
    public static void AnswerWhenReleased(WorkerArguments arguments)
    {
        arguments.Watch.Release();
        Answer(arguments);
    }

    /// <summary>Ends as a worker of its own does.</summary>
    public static void Nest(WorkerArguments arguments)
    {
        using var worker = WorkerProcess.Start(new() { Name = "inner #0", Entry = Exit, Message = arguments.Message });
        Environment.Exit(worker.Exited.Result.ExitCode ?? -1);
    }

    /// <summary>Prints to both outputs, the last lines without an end.</summary>
    public static void Print(WorkerArguments arguments)
    {
        var count = int.Parse(Text(arguments), CultureInfo.InvariantCulture);
        for (var i = 0; i < count; i++)
        {
            Console.Out.WriteLine($"out {i} äöü€😀");
            Console.Error.WriteLine($"err {i} äöü€😀");
        }

        Console.Out.Write("out end");
        Console.Error.Write("err end");
    }

    /// <summary>Leaves a process behind that holds its outputs.</summary>
    public static void LeaveChild(WorkerArguments arguments)
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", ["60"]) { UseShellExecute = false })!;
        Console.Error.WriteLine(child.Id);
    }

    /// <summary>Leaves a process behind that prints for some 20 seconds.</summary>
    public static void LeaveTalker(WorkerArguments arguments)
    {
        using var child = Process.Start(new ProcessStartInfo("sh", ["-c", "i=0; while [ $i -lt 100 ]; do echo x; sleep 0.2; i=$((i + 1)); done"]) { UseShellExecute = false })!;
    }

    public static void ReportEnvironment(WorkerArguments arguments) => Report(arguments, [
        Variable("PENSTOCK_WORKER"),
        Variable("DOTNET_STARTUP_HOOKS"),
        $"hook {Environment.GetEnvironmentVariable("TESTAPP_HOOK")}",
        $"own {Environment.GetEnvironmentVariable("MINE")}",
        $"server {System.Runtime.GCSettings.IsServerGC}",
        $"score {File.ReadAllText("/proc/self/oom_score_adj").Trim()}",
        $"input {Console.In.ReadToEnd().Length}",
        Variable("DOTNET_GCHeapHardLimit"),
        Variable("DOTNET_gcServer"),
        Variable("PENSTOCK_PORTABLE"),
    ]);

    public static void ReportDescriptors(WorkerArguments arguments) =>
        Report(arguments, Directory.GetFileSystemEntries("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget ?? ""));

    public static void ReportSetup(WorkerArguments arguments)
    {
        var before = isSetUp;
        arguments.RunSetup();
        Report(arguments, [$"{before} {isSetUp}"]);
    }

    /// <summary>Whether it may have so much managed and native memory.</summary>
    public static void ReportMemory(WorkerArguments arguments)
    {
        const int Some = 64 << 20, Much = 768 << 20;
        Report(arguments, [$"managed {CanHave(Some)} {CanHave(Much)}", $"native {CanAllocate(Some)} {CanAllocate(Much)}"]);

        static bool CanHave(int bytes)
        {
            try
            {
                GC.KeepAlive(new byte[bytes]);
                return true;
            }
            catch (OutOfMemoryException)
            {
                return false;
            }
        }

        static bool CanAllocate(int bytes)
        {
            var memory = Allocate((nuint)bytes);
            Free(memory);
            return memory != 0;
        }
    }

    public static string Text(WorkerArguments arguments) => Encoding.UTF8.GetString(arguments.Message.Span);

    // As managed and as native code sees it.
    private static string Variable(string name) => $"{name} {Environment.GetEnvironmentVariable(name)}|{Marshal.PtrToStringUTF8(GetVariable(name))}";

    private static void Report(WorkerArguments arguments, IEnumerable<string> lines)
    {
        using var region = SharedRegion.Open(Text(arguments));
        Encoding.UTF8.GetBytes(string.Join('\n', lines)).CopyTo(new Span<byte>(region.Address, (int)region.Size));
    }

    private static int Overflow(Span<byte> bytes)
    {
        Span<byte> more = stackalloc byte[4096];
        bytes[0]++;
        return Overflow(more) + more[0];
    }

    [LibraryImport("libc", EntryPoint = "strlen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Length(byte* text);

    [LibraryImport("libc", EntryPoint = "abort")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void AbortNow();

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GetVariable(string name);

    [LibraryImport("libc", EntryPoint = "malloc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Allocate(nuint bytes);

    [LibraryImport("libc", EntryPoint = "free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Free(nint memory);
}
