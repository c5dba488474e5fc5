using Penstock.SharedMemory;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>A link and the items on it.</summary>
internal abstract class Link<T>(FixedMemory memory, int capacity, bool manyProducers, bool manyConsumers)
    : Link(memory, capacity, manyProducers, manyConsumers), IFeed<T>
{
    public Reader<T> CreateReader(Worker worker) => new LinkReader<T>(this, worker);

    /// <summary>What several producers in turn have made before theirs; null where each waits with its output in hand.</summary>
    public EarlyOutputs<T>? Early { get; protected set; }

    /// <summary>Lets the producers go on before their outputs' turn, where that can be had.</summary>
    public virtual void KeepOrder(RunningStage producer, Turns turns)
    {
    }

    /// <summary>Hands an item on. The caller holds a slot for it, and in an ordered stage its turn.</summary>
    public abstract void HandOn(int slot, T item, Lineage? lineage, long size);

    /// <summary>The bytes that an item counts, where they are limited. The caller holds a slot for it.</summary>
    public virtual long SizeOf(int slot, T item) => Bytes!.SizeOf(item);

    /// <summary>
    /// Says what the item that is being made in a slot descends from before that is handed on, since the worker does not hold what it is made of any more.
    /// </summary>
    public virtual void Claim(int slot, Lineage lineage)
    {
    }

    /// <summary>What was claimed is void, since the item could not be written. The caller keeps the slot.</summary>
    public virtual void Disclaim(int slot)
    {
    }

    /// <summary>Takes the next item, if there is one.</summary>
    /// <param name="turns">Where to show the item's number before it is taken, if the consuming stage is ordered. After a failure it may show too low a number.</param>
    /// <param name="worker">The consuming worker's number.</param>
    /// <param name="taken">The item with what travels beside it.</param>
    public abstract bool TryTake(Turns? turns, int worker, ref Taken<T> taken);

    public override void DisposeUndelivered(Action<Exception> onError)
    {
        Early?.Dispose(onError);
        var taken = default(Taken<T>);
        while (HasItems)
        {
            try
            {
                if (!TryTake(turns: null, worker: 0, ref taken))
                    return;
            }
            catch (Exception exception)
            {
                onError(exception); // it cannot be read, so there is nothing to dispose
                continue;
            }

            FreeSlot(taken.Slot, taken.Size);
            Undelivered.Dispose(taken.Item, onError);
            taken.Lineage?.Release();
        }
    }
}

/// <summary>An item in a consumer's hands, with what travelled beside it.</summary>
internal struct Taken<T>
{
    public T Item;
    public long Number;
    public int Slot;
    public long Size;
    public Lineage? Lineage;

    /// <summary>Why the item could not be read, if it could not.</summary>
    public Exception? Unreadable;
}
