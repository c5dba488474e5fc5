using System.Runtime.InteropServices;

namespace Penstock.Workers;

/// <summary>
/// What others may see of a worker, and what they may ask of it. Lies in shared memory where the worker has a process of its own.
/// Grouped by who writes it, each group on cache lines of its own.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
internal struct WorkerRecord
{
    /// <summary>What was asked of the worker. Written by anyone, bit by bit; read by the worker once an item.</summary>
    [FieldOffset(0)]
    public int Gate;

    /// <summary>Even: awake. Odd: waiting. Each announcement makes it odd, each wake-up even.</summary>
    [FieldOffset(128)]
    public int WaitState;

    /// <summary>The set it waits in. Written by the worker before it announces, read by wakers after the state.</summary>
    [FieldOffset(132)]
    public int WaitSet;

    /// <summary>Set by another process that has something for a task: its own process still has to wake it.</summary>
    [FieldOffset(136)]
    public int IsToBeWoken;

    // From here on written by the worker alone.

    /// <summary>Items taken so far.</summary>
    [FieldOffset(256)]
    public long ItemsIn;

    /// <summary>Items handed on so far.</summary>
    [FieldOffset(264)]
    public long ItemsOut;

    /// <summary>A <see cref="WorkerState"/>.</summary>
    [FieldOffset(272)]
    public int State;

    /// <summary>Where a source has something behind it in the same worker: the items that the source was asked for: one more than were taken while it is at one, or has thrown.</summary>
    [FieldOffset(280)]
    public long ItemsAskedFor;

    /// <summary>When it began and ended, and since when it is in its present state: timestamps.</summary>
    [FieldOffset(288)]
    public long StartedAt;

    [FieldOffset(296)]
    public long LeftAt;

    [FieldOffset(304)]
    public long Since;

    /// <summary>Finished waits, in ticks of the clock.</summary>
    [FieldOffset(312)]
    public long Starved;

    [FieldOffset(320)]
    public long Blocked;

    [FieldOffset(376)]
    public long Spare;

    /// <summary>Generators started after the first one.</summary>
    [FieldOffset(328)]
    public int Restarts;

    /// <summary>Items given up.</summary>
    [FieldOffset(332)]
    public int DeadLetters;

    /// <summary>Which try of the item in hand this is, counted from 1.</summary>
    [FieldOffset(336)]
    public int Attempt;

    /// <summary>Whether the worker has reached the end of its input.</summary>
    [FieldOffset(340)]
    public bool IsAtEnd;

    /// <summary>Under a fault policy: the outputs handed on, or about to be; see <see cref="Attempts"/>.</summary>
    [FieldOffset(344)]
    public long HandedOn;

    /// <summary>The same without the last of them, until that has been handed on.</summary>
    [FieldOffset(352)]
    public long HandedOnBefore;

    /// <summary>The number of the item that they, and the attempt, belong to.</summary>
    [FieldOffset(360)]
    public long CountedItem;

    /// <summary>In a process of its own: whether it has not asked for an item yet.</summary>
    [FieldOffset(368)]
    public bool IsStarting;

    /// <summary>Whether the generator runs its last blocks: it was told to stop, or is being disposed. Who dies there has failed in cleanup.</summary>
    [FieldOffset(372)]
    public bool IsCleaningUp;

    /// <summary>In an ordered stage: the number of the item it works on, see <see cref="Links.Turns"/>.</summary>
    [FieldOffset(448)]
    public long Turn;
}
