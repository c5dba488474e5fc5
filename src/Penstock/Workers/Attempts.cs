namespace Penstock.Workers;

/// <summary>
/// The tries of one item under a stage's fault policy. Used only by its worker. Outputs before the first item belong to that item;
/// a generator that is started afresh brings them again, so then they are dropped, like all that an earlier try has handed on.
/// </summary>
internal sealed unsafe class Attempts(WorkerRecord* record)
{
    // Counts stand in the worker's record, since they outlive its process: outputs of the item in hand below, those before the first item
    // above. One word, so that a worker that dies leaves it whole. Who dies before it hands on what it has counted is counted back.
    private const int HeaderShift = 32;
    private const long Header = 1L << HeaderShift;

    private long toDrop;
    private long headersToDrop;

    /// <summary>Outputs of the item in hand that were handed on, over all tries.</summary>
    public int Delivered => DeliveredOf(record);

    public static int DeliveredOf(WorkerRecord* record) =>
        (int)((record->ItemsIn == 1 ? record->HandedOn >> HeaderShift : 0) + (record->HandedOn & (Header - 1)));

    /// <summary>For a worker that has died with an item in hand.</summary>
    public static void Correct(WorkerRecord* record, long item, bool hasHandedOn)
    {
        if (hasHandedOn)
            record->HandedOnBefore = record->HandedOn; // not noted by who dies right behind it, and the next one may be counted back to it
        else
            record->HandedOn = record->HandedOnBefore;
        if (record->CountedItem != item)
            Begin(record, item); // it had just taken it
    }

    /// <summary>A new item: its first try.</summary>
    public void Begin(long item)
    {
        toDrop = 0;
        Begin(record, item);
    }

    /// <summary>In a fresh process: goes on where another has died, or has left.</summary>
    /// <param name="withItemInHand">Whether with its item. Without one, what comes next was never handed on, also if no other item comes.</param>
    public void Resume(bool withItemInHand)
    {
        toDrop = withItemInHand ? record->HandedOn & (Header - 1) : 0;
        headersToDrop = record->HandedOn >> HeaderShift;
    }

    /// <summary>Another try of the item in hand.</summary>
    public void Again()
    {
        Resume(withItemInHand: true);
        record->Attempt++;
    }

    /// <summary>The item in hand was given up.</summary>
    public void GiveUp() => Resume(withItemInHand: false);

    /// <summary>The output counted last has been handed on.</summary>
    public void OnHandedOn() => Volatile.Write(ref record->HandedOnBefore, record->HandedOn);

    /// <summary>It could not be.</summary>
    public void OnNotHandedOn() => record->HandedOn = record->HandedOnBefore;

    /// <summary>Counts an output. False for one that was handed on before: it must be dropped.</summary>
    /// <param name="hasAsked">Whether the generator has asked for an item yet.</param>
    public bool IsNew(bool hasAsked)
    {
        ref var left = ref hasAsked ? ref toDrop : ref headersToDrop;
        if (left > 0)
        {
            left--;
            return false;
        }

        Volatile.Write(ref record->HandedOn, record->HandedOn + (hasAsked ? 1 : Header));
        return true;
    }

    private static void Begin(WorkerRecord* record, long item)
    {
        // Each for itself: the item may have been taken just to know the turn of an output before it, which is counted and not handed on yet.
        record->HandedOn &= ~(Header - 1);
        record->HandedOnBefore &= ~(Header - 1);
        record->Attempt = 1;
        Volatile.Write(ref record->CountedItem, item);
    }
}
