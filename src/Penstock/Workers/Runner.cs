using System.Diagnostics;
using Penstock.Runs;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>Gives a worker something to run on: synchronous ones a thread of their own, asynchronous ones a task.</summary>
internal static class Runner
{
    public static void Start(Worker worker)
    {
        if (worker.IsProcess)
        {
            worker.RunAsync().Wait(); // returns when the process has been made
            return;
        }

        if (worker.IsAsynchronous)
        {
            _ = Task.Run(() => worker.RunAsync().AsTask());
            return;
        }

        var thread = new Thread(static state => RunToEnd((Worker)state!))
        {
            Name = $"Penstock: {worker.Stage.Name} #{worker.Index}",
            IsBackground = true, // a stuck one must not keep the application alive
        };
        worker.Stage.Run.Options.StartThread(thread, worker);
    }

    // Waits block in here, so the task is complete when it returns.
    private static void RunToEnd(Worker worker)
    {
        BatchScheduling.Choose();
        var life = worker.RunAsync();
        Debug.Assert(life.IsCompleted, "A synchronous worker waits by blocking.");
        life.GetAwaiter().GetResult();
    }
}
