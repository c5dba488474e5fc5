using Penstock.Links;
using Penstock.Runs;
using Penstock.Workers;

namespace Penstock.Stages;

// How the scattering end waits until fewer items are open, and what becomes meanwhile of parts that stages inside hold back.
internal sealed partial class Scattering<T>
{
    private volatile bool isFull; // the scattering end waits for room, with no item half scattered

    public bool IsMet() => HasRoom || scatterer!.IsStopping;

    private bool HasRoom
    {
        get
        {
            lock (gate)
                return open.Count < maxOpen;
        }
    }

    public override bool HasOpen
    {
        get
        {
            lock (gate)
                return open.Count > 0;
        }
    }

    private IEnumerable<RunningStage> StagesInside => scatterer!.Stage.Run.Stages.SkipWhile(s => s != scatterer.Stage).Skip(1);

    // Of the scattering around this one, if there is one: what keeps that from going on keeps this one, too.
    private Lineages? Around => Volatile.Read(ref scatterer)?.Stage.Input?.Lineages;

    public override bool IsAllThereFor(Worker collector)
    {
        if (!isFull && !(Volatile.Read(ref scatterer) is { } worker && IsIdle(worker) && Around?.IsAllThereFor(worker) == true))
            return false;

        // In the order in which items pass, so none that is on its way is missed.
        foreach (var stage in StagesInside)
        {
            if (stage.Input is not { } before || before.HasItems || IsAnyBehind(before))
                return false;
            if (stage == collector.Stage)
                return true;
            if (!stage.Workers.All(IsIdle))
                return false;
        }

        return false;
    }

    public override void OnIdle()
    {
        Interlocked.MemoryBarrier(); // either a collector sees this worker idle, or this one sees that the scattering end waits
        if (isFull)
            WakeCollectors();
        Around?.OnIdle(); // whose collectors wait for all workers in here as well
    }

    private void WaitForRoom()
    {
        if (scatterer!.Stage.Run.IsSequential)
        {
            MakeRoom();
            return;
        }

        while (!IsMet())
        {
            isFull = true;
            Interlocked.MemoryBarrier();
            WakeCollectors();
            scatterer.WaitAsync(set: null, WorkerState.Blocked, this).Wait();
            isFull = false;
        }
    }

    // In a sequential run the gathering end asks at this moment, through the stages inside, so its work is done for it. A stage inside
    // may hold parts until it has others, a batch for instance; then there is no way on but to open another item.
    private void MakeRoom()
    {
        while (!HasRoom && gatherForScatterer!().Wait())
        {
        }
    }

    // A process is judged by what lies in the slots before it.
    private static bool IsIdle(Worker worker) =>
        worker.IsProcess || (worker.Times.State is WorkerState.Starved or WorkerState.Spare or WorkerState.Left && !worker.HoldsBack);

    // With the stage behind it, which may have it in hand. What another scattering inside has open, it has not gathered and handed on yet.
    private bool IsAnyBehind(Link link) => link.Lineages == this ? IsHeldOn(link as ISharedLink) : link.Lineages?.HasOpen == true;

    private bool IsHeldOn(ISharedLink? link)
    {
        if (link is null)
            return false;
        lock (gate)
            return open.Exists(i => link.Holds(i.Number));
    }

    private void WakeCollectors()
    {
        foreach (var worker in StagesInside.SelectMany(s => s.Workers))
        {
            if (worker.HoldsBack)
                worker.Waiter.Wake();
        }
    }
}
