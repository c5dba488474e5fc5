using System.Diagnostics;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>
/// The lineages of what one scattering has open, as far as it lies on links between processes. There nobody counts descendants, since a
/// worker may die between a hand-over and its counting: each slot says what its item descends from, and whoever wants to know looks at the slots.
/// </summary>
internal abstract class Lineages
{
    // First to last: an item and what it becomes only move on, so what a look at one link misses, the look at a later one meets.
    private readonly List<ISharedLink> links = [];

    /// <summary>Whether items that do not descend from each other stay in order: their results are told apart by what they descend from.</summary>
    public virtual bool KeepsOrder => true;

    /// <summary>Call with the links between processes, as they are built.</summary>
    public void Add(ISharedLink link) => links.Add(link);

    /// <summary>The lineage that a slot speaks of; null if that item is not open any more.</summary>
    /// <param name="family">See <see cref="Lineage.Family"/>.</param>
    /// <param name="position">See <see cref="Lineage.Position"/>.</param>
    /// <param name="trace">See <see cref="Lineage.Trace"/>.</param>
    public abstract Lineage? Find(long family, int position, ActivityContext trace);

    /// <summary>In the process that started the run: the worker that learns when the last descendant is gone.</summary>
    protected virtual Worker? AtTheEnd => null;

    /// <summary>To be called when a slot was freed: the gathering end may wait for the last one.</summary>
    public virtual void Wake() => AtTheEnd?.Waiter.Wake();

    /// <summary>The same after the death of a process, which may have died between marking the worker as awake and waking it.</summary>
    public void WakeAfterDeath()
    {
        Wake();
        AtTheEnd?.Waiter.Nudge();
    }

    /// <summary>
    /// Whether nothing more can come to a worker inside that holds items back: the scattering end waits for room, and nothing is on the way from
    /// there. What it holds must go on then, or nobody would ever make room.
    /// </summary>
    public virtual bool IsAllThereFor(Worker collector) => false;

    /// <summary>Whether an item is scattered and not gathered.</summary>
    public virtual bool HasOpen => false;

    /// <summary>To be called by a worker inside that waits for items and holds none back, or that leaves: what it may have been busy with was the last that others wait for.</summary>
    public virtual void OnIdle()
    {
    }

    /// <summary>Whether any of the links lies between processes.</summary>
    protected bool CrossProcesses => links.Count > 0;

    /// <summary>Whether an item of a family lies on a link between processes, or is being made or consumed behind or before one.</summary>
    public bool LieBetweenProcesses(long family)
    {
        foreach (var link in links)
        {
            if (link.Holds(family))
                return true;
        }

        return false;
    }
}
