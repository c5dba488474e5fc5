namespace Penstock.Links;

/// <summary>The budget of a link between processes: each slot says what its item was charged with, and what is used is their sum.</summary>
/// <remarks>
/// Protocol. A counter would be wrong for ever when a worker dies between counting and what it counts. So <c>charge[slot]</c> is written by
/// the producer that is admitted, and cleared by whoever frees the slot, just before that: a dead worker's charges go with its slots. Sums only
/// err on the safe side, since meanwhile others can but free; where several producers hand on at once, one at a time looks and is charged: the
/// one whose number stands in the door. If it dies there, the process that started the run opens the door.
/// </remarks>
/// <param name="limit">The most bytes.</param>
/// <param name="sizeOf">The user's way to measure an item.</param>
/// <param name="charges">By slot.</param>
/// <param name="slots">How many.</param>
/// <param name="door">Whose turn it is, plus one; null where the producers hand on one at a time anyway.</param>
internal sealed unsafe class SlotBytes(long limit, Func<object, long>? sizeOf, long* charges, int slots, int* door) : ByteBudget(limit, sizeOf)
{
    protected override long Used
    {
        get
        {
            var sum = 0L;
            for (var slot = 0; slot < slots; slot++)
                sum += Volatile.Read(ref charges[slot]);
            return sum;
        }
    }

    public override bool TryCharge(int worker, int slot, long size)
    {
        if (door is not null)
            Enter(worker);
        var isAdmitted = Admits(Used, size);
        if (isAdmitted)
            Volatile.Write(ref charges[slot], size);
        if (door is not null)
            Volatile.Write(ref *door, 0);
        return isAdmitted;
    }

    /// <summary>Before a slot is freed.</summary>
    public void Clear(int slot) => Volatile.Write(ref charges[slot], 0);

    /// <summary>For a worker that has died while it freed a slot, whose item another one goes on with.</summary>
    public void Restore(int slot, long size) => Volatile.Write(ref charges[slot], size);

    /// <summary>For a producer that has died.</summary>
    public void LeaveDoor(int worker)
    {
        if (door is not null)
            Interlocked.CompareExchange(ref *door, 0, worker + 1);
    }

    // By clearing the slot: see the protocol.
    public override void Free(long size)
    {
    }

    // The other one needs a few instructions; if it dies in there, the door is opened for it.
    private void Enter(int worker)
    {
        var spin = default(SpinWait);
        while (Interlocked.CompareExchange(ref *door, worker + 1, 0) != 0)
            spin.SpinOnce(sleep1Threshold: -1);
    }
}
