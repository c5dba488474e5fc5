using Penstock.Runs;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>The thread of a run that hears its worker processes: their mail, their deaths, and whom of this process they have woken.</summary>
internal sealed class Supervisor
{
    private readonly Run run;
    private readonly ProcessWorker[] processes;
    private readonly Worker[] tasks;

    private Supervisor(Run run)
    {
        this.run = run;
        var workers = run.Stages.Append(run.Caller).OfType<RunningStage>().SelectMany(s => s.Workers).ToArray();
        processes = [.. workers.OfType<ProcessWorker>()];
        tasks = [.. workers.Where(w => w.Waiter is TaskWaiter)];
    }

    public static void StartFor(Run run)
    {
        var supervisor = new Supervisor(run);
        new Thread(supervisor.Watch) { IsBackground = true, Name = "Penstock: supervisor" }.Start();
    }

    private void Watch()
    {
        var bell = run.Memory!.Bell;
        for (var rings = bell.Rings; !run.Ended.IsCompleted; rings = Hear(bell, rings))
        {
            foreach (var task in tasks)
                ResumeIfWoken(task);
            foreach (var process in processes)
                process.Look();
        }
    }

    private int Hear(Bell bell, int rings)
    {
        if (!run.Ended.IsCompleted)
            bell.Listen(rings);
        return bell.Rings;
    }

    private static unsafe void ResumeIfWoken(Worker task)
    {
        if (Volatile.Read(ref task.Record->IsToBeResumed) != 0 && Interlocked.Exchange(ref task.Record->IsToBeResumed, 0) != 0)
            ((TaskWaiter)task.Waiter).ResumeFromAfar();
    }
}
