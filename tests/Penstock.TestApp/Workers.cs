using System.Runtime.InteropServices;
using Penstock.Processes;

namespace Penstock.TestApp;

internal static partial class Workers
{
    private const int SetParentDeathSignal = 1; // PR_SET_PDEATHSIG
    private const int SetDumpable = 4; // PR_SET_DUMPABLE

    public static async Task<int> RunAsync(Action<WorkerArguments> entry)
    {
        try
        {
            WorkerGuard.EnsureNotAWorker();
            KeepSecret();
            using var worker = WorkerProcess.Start(new() { Name = "test #0", Entry = entry });
            Console.WriteLine($"worker {worker.Id}");
            var exit = await worker.Exited;
            return exit.ExitCode ?? 128;
        }
        catch (PipelineDefinitionException exception)
        {
            Console.WriteLine(exception.Message);
            return 65;
        }
    }

    /// <summary>Others may not look into this process, if it was started so.</summary>
    public static void KeepSecret()
    {
        if (Environment.GetEnvironmentVariable("TESTAPP_SECRET") is "1")
            _ = Control(SetDumpable, 0, 0, 0, 0);
    }

    public static void Introduce(WorkerArguments arguments)
    {
        Console.WriteLine($"arguments: {Environment.GetCommandLineArgs().Length - 1}");
        Console.WriteLine($"hooks: '{Environment.GetEnvironmentVariable("DOTNET_STARTUP_HOOKS")}'");
        Environment.Exit(3);
    }

    public static void Wait(WorkerArguments arguments)
    {
        // As if the program had gained privileges: the kernel would not kill it with its parent.
        if (Environment.GetEnvironmentVariable("TESTAPP_UNBOUND") is "1")
            _ = Control(SetParentDeathSignal, 0, 0, 0, 0);
        Console.WriteLine("waiting");
        Thread.Sleep(Timeout.Infinite);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint value, nuint value2, nuint value3, nuint value4);
}
