namespace Penstock.Workers;

/// <summary>
/// The tries of one item under a stage's fault policy. Used only by its worker. Outputs before the first item belong to that item;
/// a generator that is started afresh brings them again, so then they are dropped, like all that an earlier try has handed on.
/// </summary>
internal sealed unsafe class Attempts(WorkerRecord* record)
{
    // Counts stand in the worker's record: they outlive its process.
    private int toDrop;
    private int headersToDrop;

    /// <summary>Outputs of the item in hand that were handed on, over all tries.</summary>
    public int Delivered => DeliveredOf(record);

    public static int DeliveredOf(WorkerRecord* record) => record->ItemsIn == 1 ? record->Headers + record->Delivered : record->Delivered;

    /// <summary>A new item: its first try.</summary>
    public void Begin()
    {
        toDrop = 0;
        record->Delivered = 0;
        record->Attempt = 1;
    }

    /// <summary>In a fresh process: goes on where another has died.</summary>
    public void Resume()
    {
        toDrop = record->Delivered;
        headersToDrop = record->Headers;
    }

    /// <summary>Another try of the item in hand.</summary>
    public void Again()
    {
        Resume();
        record->Attempt++;
    }

    /// <summary>The item in hand was given up.</summary>
    public void GiveUp() => headersToDrop = record->Headers;

    /// <summary>The output counted last has been handed on.</summary>
    public void OnHandedOn() => record->IsHandingOn = false;

    /// <summary>Counts an output. False for one that was handed on before: it must be dropped.</summary>
    /// <param name="hasAsked">Whether the generator has asked for an item yet.</param>
    public bool IsNew(bool hasAsked)
    {
        if (!hasAsked)
        {
            if (headersToDrop > 0)
            {
                headersToDrop--;
                return false;
            }

            record->IsHandingOn = true;
            record->Headers++;
            return true;
        }

        if (toDrop > 0)
        {
            toDrop--;
            return false;
        }

        record->IsHandingOn = true;
        record->Delivered++;
        return true;
    }
}
