using Penstock.Processes;
using Penstock.Workers;

namespace Penstock.Faults;

/// <summary>The exception that a worker process's death is.</summary>
internal static class Crash
{
    /// <param name="worker">The worker.</param>
    /// <param name="exit">How its process ended.</param>
    /// <param name="number">The item it held, if it held one.</param>
    /// <param name="lastWords">The last lines of its standard error.</param>
    public static WorkerCrashedException Of(Worker worker, WorkerExit exit, long? number, string lastWords)
    {
        var where = number is null ? "while it held no item" : $"while it held item {number}";
        var tail = lastWords.Length > 0 ? $" Its last lines of standard error:{Environment.NewLine}{lastWords}" : "";
        return new($"Stage '{worker.Stage.Name}', worker {worker.Index}: its process {exit} {where}.{tail}")
        {
            Stage = worker.Stage.Name,
            Worker = worker.Index,
            ExitCode = exit.ExitCode,
            Signal = exit.Signal,
            Number = number,
            StandardError = lastWords,
        };
    }
}
