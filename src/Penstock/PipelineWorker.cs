using Penstock.Processes;

namespace Penstock;

/// <summary>
/// Worker processes are the application itself, started again. Usually they never reach <c>Main</c>, and need nothing of it. In an
/// application whose startup hooks are switched off (trimmed or compiled ahead of time) they do, and this tells them apart.
/// </summary>
public static class PipelineWorker
{
    /// <summary>Whether Main of this process lets workers in.</summary>
    internal static bool WasAsked { get; private set; }

    /// <summary>
    /// In a worker process: runs the worker, then exits; does not return. In any other process: does nothing. Must be the first thing
    /// <c>Main</c> does, and is harmless where it is not needed. Methods with <see cref="PipelineWorkerSetupAttribute"/> may have been trimmed
    /// away unless something calls them.
    /// </summary>
    public static void RunIfRequested()
    {
        WasAsked = true;
        WorkerMain.RunFromMain();
    }
}
