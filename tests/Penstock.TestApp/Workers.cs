using Penstock.Processes;

namespace Penstock.TestApp;

internal static class Workers
{
    public static async Task<int> RunAsync(Action<WorkerArguments> entry)
    {
        try
        {
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

    public static void Introduce(WorkerArguments arguments)
    {
        Console.WriteLine($"main: {Environment.GetCommandLineArgs().Length - 1} arguments, base {AppContext.BaseDirectory}");
        Console.WriteLine($"hooks: {Environment.GetEnvironmentVariable("DOTNET_STARTUP_HOOKS")}");
        Console.WriteLine($"variable: {Environment.GetEnvironmentVariable("PENSTOCK_WORKER")}");
        Environment.Exit(3);
    }

    public static void Wait(WorkerArguments arguments) => Thread.Sleep(Timeout.Infinite);
}
