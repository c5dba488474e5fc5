namespace Penstock.Tests.Support;

/// <summary>Beats when something has happened that may make a condition true: who waits for the condition looks then, and only then.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource next = NewBeat();

    public void Beat() => Interlocked.Exchange(ref next, NewBeat()).SetResult();

    public async Task Until(Func<bool> condition)
    {
        while (true)
        {
            var beat = Volatile.Read(ref next).Task; // before the look: what happens after it is not missed
            if (condition())
                return;
            await beat;
        }
    }

    /// <summary>The same on the thread that calls; false when nothing has happened for so long.</summary>
    public bool Wait(Func<bool> condition, TimeSpan patience)
    {
        while (true)
        {
            var beat = Volatile.Read(ref next).Task;
            if (condition())
                return true;
            if (!beat.Wait(patience))
                return false;
        }
    }

    private static TaskCompletionSource NewBeat() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal static class PulseOfARun
{
    /// <summary>Waits until a run's snapshot fits. Looks when a worker begins or ends to wait, or leaves, so the condition must hold from then on.</summary>
    public static async Task Until(this PipelineRun run, Func<PipelineSnapshot, bool> condition)
    {
        var pulse = new Pulse();
        run.Run.WorkerChanged += pulse.Beat;
        Interlocked.MemoryBarrierProcessWide(); // a worker that changes now either beats, or is seen
        try
        {
            await pulse.Until(() => condition(run.Snapshot()));
        }
        finally
        {
            run.Run.WorkerChanged -= pulse.Beat;
        }
    }

    /// <summary>Waits until all workers of a stage, by its number in the pipeline, do something certain.</summary>
    public static Task UntilWorkersAre(this PipelineRun run, int stage, string activity) =>
        run.Until(s => s.Stages[stage].Workers.All(w => w.Activity.StartsWith(activity, StringComparison.Ordinal)));
}
