namespace Penstock.Links;

/// <summary>The budget of a link between processes: each slot says what its item was charged with, and what is used is their sum.</summary>
/// <remarks>
/// Protocol. A counter would be wrong for ever when a worker dies between counting and what it counts. So <c>charge[slot]</c> is written by
/// the producer that is admitted, and cleared by whoever frees the slot: a dead worker's charges go with its slots. Sums only
/// err on the safe side, since meanwhile others can but free; where several producers hand on at once, one at a time looks and is charged: the
/// one whose number stands in the door. If it dies there, the process that started the run opens the door. If it is stopped there, the others
/// are not admitted, and ask again as long as they are to go on.
/// </remarks>
/// <param name="limit">The most bytes.</param>
/// <param name="sizeOf">The user's way to measure an item.</param>
/// <param name="charges">By slot.</param>
/// <param name="slots">How many.</param>
/// <param name="door">Whose turn it is, plus one; null where the producers hand on one at a time anyway.</param>
internal sealed unsafe class SlotBytes(long limit, Func<object, long>? sizeOf, long* charges, int slots, int* door) : ByteBudget(limit, sizeOf)
{
    private const int Patience = 100; // nearly all of them yield the core

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
        if (door is not null && !TryEnter(worker))
            return false;
        var isAdmitted = Admits(Used, size);
        if (isAdmitted)
            Volatile.Write(ref charges[slot], size);
        if (door is not null)
            Volatile.Write(ref *door, 0);
        return isAdmitted;
    }

    public override void Uncharge(int slot, long size) => Clear(slot);

    /// <summary>While a slot is freed.</summary>
    public void Clear(int slot) => Volatile.Write(ref charges[slot], 0);

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

    // The other one needs a few instructions, unless its process was stopped.
    private bool TryEnter(int worker)
    {
        for (var spin = default(SpinWait); spin.Count < Patience; spin.SpinOnce(sleep1Threshold: -1))
        {
            if (Interlocked.CompareExchange(ref *door, worker + 1, 0) == 0)
                return true;
        }

        return false;
    }
}
