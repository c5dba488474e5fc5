using Penstock.Runs;
using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>The thread of a run that hears its worker processes: their mail, their deaths, and whom of this process they have woken.</summary>
internal sealed class Supervisor
{
    private readonly ProcessWorker[] processes;
    private readonly Worker[] tasks;
    private readonly Bell bell;
    private bool isOver;

    private Supervisor(Run run)
    {
        bell = run.Memory!.Bell;
        var workers = run.Stages.Append(run.Caller).OfType<RunningStage>().SelectMany(s => s.Workers).ToArray();
        processes = [.. workers.OfType<ProcessWorker>()];
        tasks = [.. workers.Where(w => w.Waiter is TaskWaiter)];
    }

    /// <summary>Throws if the system refuses the thread.</summary>
    public static Supervisor StartFor(Run run)
    {
        var supervisor = new Supervisor(run);
        var thread = new Thread(static state => ((Supervisor)state!).Watch()) { IsBackground = true, Name = "Penstock: supervisor" };
        run.Options.StartThread(thread, supervisor);
        return supervisor;
    }

    /// <summary>The run is over. To be called before its memory is given back.</summary>
    public void End()
    {
        Volatile.Write(ref isOver, true);
        bell.Ring();
    }

    private void Watch()
    {
        while (!Volatile.Read(ref isOver))
        {
            var rings = bell.Rings; // before looking, so that what comes meanwhile is not missed
            foreach (var task in tasks)
                WakeIfAsked(task);
            foreach (var process in processes)
                process.LookSoon();
            if (!Volatile.Read(ref isOver))
                bell.Listen(rings);
        }
    }

    private static unsafe void WakeIfAsked(Worker task)
    {
        if (Volatile.Read(ref task.Record->IsToBeWoken) != 0 && Interlocked.Exchange(ref task.Record->IsToBeWoken, 0) != 0)
            task.Waiter.Wake();
    }
}
