namespace Penstock.Processes;

/// <summary>The last line of defence against processes that start processes that start processes.</summary>
internal static class WorkerGuard
{
    private const int ExitCode = 70; // EX_SOFTWARE

    /// <summary>
    /// Called before a run starts. A worker has removed the variable before any code of the user ran; where it is still there, something
    /// has kept the worker from becoming one, and it would start workers in turn.
    /// </summary>
    public static void EnsureNotAWorker()
    {
        if (Environment.GetEnvironmentVariable(WorkerVariable.Name) is null)
            return;
        Console.Error.WriteLine(
            $"Penstock: this process was started as a worker of a pipeline, but went on to Main and starts a pipeline itself. It ends here. "
            + $"Something removed {StartupHooks.Variable} from its environment; call {nameof(PipelineWorker)}.{nameof(PipelineWorker.RunIfRequested)}() in the first line of Main.");
        Console.Error.Flush();
        ProcessExit.Now(ExitCode);
    }
}
