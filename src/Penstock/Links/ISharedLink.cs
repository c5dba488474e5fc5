namespace Penstock.Links;

/// <summary>A link between processes, whatever flows: what the process that started the run does about workers that have died.</summary>
internal interface ISharedLink
{
    LinkPlan Plan { get; }

    /// <summary>When the run is over.</summary>
    void Retire();

    /// <summary>The item that a consumer holds. If it has died, first finishes what it may have left half done.</summary>
    (int Slot, long Number)? HeldBy(int consumer, bool isDead);

    /// <summary>Whether an item of a scattered one's family is in a slot, see <see cref="Lineages"/>.</summary>
    bool Holds(long family);

    /// <summary>What the item in a slot descends from.</summary>
    Lineage? LineageIn(int slot);

    /// <summary>An item in a slot, read from outside.</summary>
    object? Peek(int slot);

    /// <summary>Frees the slot of an item that a dead consumer held and nobody will have again.</summary>
    void GiveUp(int slot);

    /// <summary>Frees the slot that a dead producer had taken and not handed on. False if there was none.</summary>
    bool ReleaseUnusedOf(int producer);

    /// <summary>After a death: a wake-up may have gone to the dead one.</summary>
    void WakeAll();
}
