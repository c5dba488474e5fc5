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

    /// <summary>Where a source has something behind it in the same worker: whether the worker is in the source itself.</summary>
    [FieldOffset(276)]
    public bool IsInInnerSource;

    /// <summary>When it began and ended, and since when it is in its present state: timestamps.</summary>
    [FieldOffset(280)]
    public long StartedAt;

    [FieldOffset(288)]
    public long LeftAt;

    [FieldOffset(296)]
    public long Since;

    /// <summary>Finished waits, in ticks of the clock.</summary>
    [FieldOffset(304)]
    public long Starved;

    [FieldOffset(312)]
    public long Blocked;

    /// <summary>In an ordered stage: the number of the item it works on, see <see cref="Links.Turns"/>.</summary>
    [FieldOffset(448)]
    public long Turn;
}
