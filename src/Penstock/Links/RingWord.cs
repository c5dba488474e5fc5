namespace Penstock.Links;

/// <summary>
/// One place in the ring of a link between processes: which position it stands for, and what has become of that. One word, so
/// that every change is one atomic step, and names who took it.
/// </summary>
/// <remarks>Positions are cut to 38 bits: at ten million items a second they come round after seven hours, the ring long before.</remarks>
internal readonly record struct RingWord(long Value)
{
    private const int PhaseBits = 2;
    private const int SlotBits = 14;
    private const int WorkerBits = 10;
    private const int PositionShift = PhaseBits + SlotBits + WorkerBits;
    private const long PositionMask = (1L << (64 - PositionShift)) - 1;

    public enum State
    {
        /// <summary>The position may be filled.</summary>
        Free,

        /// <summary>An item waits to be taken.</summary>
        Full,

        /// <summary>A worker has taken it, and will show that it owns the slot.</summary>
        Taken,
    }

    public State Phase => (State)(Value & ((1 << PhaseBits) - 1));

    public int Slot => (int)(Value >> PhaseBits) & ((1 << SlotBits) - 1);

    public int Worker => (int)(Value >> (PhaseBits + SlotBits)) & ((1 << WorkerBits) - 1);

    public static RingWord Free(long position) => Of(position, State.Free, 0, 0);

    public static RingWord Full(long position, int slot) => Of(position, State.Full, slot, 0);

    public static RingWord Taken(long position, int slot, int worker) => Of(position, State.Taken, slot, worker);

    /// <summary>The position in full, which is not far from another one.</summary>
    public long PositionNear(long other)
    {
        var difference = ((Value >>> PositionShift) - other) << PositionShift >> PositionShift; // with its sign
        return other + difference;
    }

    public bool IsAt(long position) => (Value >>> PositionShift) == (position & PositionMask);

    private static RingWord Of(long position, State phase, int slot, int worker) => new(
        ((position & PositionMask) << PositionShift) | ((long)worker << (PhaseBits + SlotBits)) | ((long)slot << PhaseBits) | (long)phase);
}
