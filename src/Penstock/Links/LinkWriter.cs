using System.Runtime.CompilerServices;
using Penstock.Buffers;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>The writing end in one worker's hands: takes the slot before the generator is resumed, and hands on when it is the item's turn.</summary>
internal sealed class LinkWriter<T>(Link<T> link, Worker worker, Reader reader) : ICondition
{
    private const int None = -1;

    private readonly Turns? turns = worker.Stage.Turns;
    private readonly bool tellsLineage = link.Lineages is not null;
    private readonly bool disposesOriginals = link.CopiesItems && !typeof(T).IsValueType;

    // All used only by the worker that owns this writer.
    private int slot = None;
    private long turnHeldFor = -1;
    private Need need;
    private long size;
    private long lastLook;

    // Under the lock, where items are buffers: an asynchronous generator may rent on any thread.
    private readonly Lock? lending = Hands.Take<T>() ? new() : null;
    private IBuffer? lent; // lies in the slot
    private IBuffer? lastRented;

    private enum Need
    {
        Slot,
        Turn,
        Bytes,
    }

    /// <summary>Whether consumers get copies of what does not lie in its slot.</summary>
    public bool CopiesItems => link.CopiesItems;

    /// <summary>Takes the slot for the next item. False when there is none just now, or when the worker should not go on.</summary>
    public bool TryTakeSlot()
    {
        if (worker.MayNotProduce)
            return false;
        return slot != None || (slot = link.TryTakeSlot(worker.Index)) != None;
    }

    /// <summary>Waits for a slot. False when the worker should not go on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TakeSlotAsync()
    {
        while (!TryTakeSlot())
        {
            if (worker.MayNotProduce)
                return false;
            await WaitForAsync(Need.Slot, link.Producers).ConfigureAwait(false);
        }

        if (link.Producers.HasWaiting && link.HasFreeSlot())
            link.Producers.WakeOne();
        return true;
    }

    /// <summary>Hands an item on. False when the worker should not go on; the item was then not delivered.</summary>
    public ValueTask<bool> HandOnAsync(T item) => TryHandOn(item) ? new ValueTask<bool>(true) : HandOnSlowAsync(item);

    /// <summary>Hands an item on, if nobody has to be waited for.</summary>
    public bool TryHandOn(T item)
    {
        if (link.Bytes is not null || worker.IsStopping)
            return false;
        if (turns is not null && !HasTurn())
            return TryKeep(item);
        Deliver(item, 0);
        return true;
    }

    /// <summary>What will be handed on descends from an item that the worker is about to give back.</summary>
    public void Claim(Lineage lineage) => link.Claim(slot, lineage);

    /// <summary>
    /// Lends the slot's memory to a buffer, should it be the next one to be yielded. While others wait for that, which may be filled by
    /// somebody else meanwhile, this one gets none: it would be in the way of an earlier one.
    /// </summary>
    public unsafe byte* Lend(IBuffer buffer, int bytes)
    {
        lock (lending!)
        {
            var othersWait = lastRented is { HasEnded: false, Holder: null };
            lastRented = buffer;
            if (othersWait || slot == None || lent is { HasEnded: false } || buffer is not T)
                return null;
            var room = link.RoomFor(slot, bytes);
            lent = room is null ? null : buffer;
            return room;
        }
    }

    /// <summary>When a generator has ended: nobody fills what it had rented any more.</summary>
    public void Reclaim()
    {
        lent?.End("the stage that rented it has ended");
        (lent, lastRented) = (null, null);
    }

    /// <summary>Gives the slot back when the worker leaves, or sleeps: a sibling may need it. Not while the generator fills a buffer in there.</summary>
    public void ReturnSlot()
    {
        if (slot == None || HasLent())
            return;
        link.ReturnSlot(slot);
        slot = None;
    }

    /// <summary>What was claimed for an item that could not be written is void. The slot stays, for the next one.</summary>
    public void Disclaim()
    {
        if (slot != None)
            link.Disclaim(slot);
    }

    bool ICondition.IsMet() => need switch
    {
        Need.Slot => worker.MayNotProduce || link.HasFreeSlot(),
        Need.Turn => worker.IsStopping || turns!.IsTurnOf(worker.Index),
        _ => worker.IsStopping || link.Bytes!.HasRoomFor(size),
    };

    bool ICondition.IsWorthwhile() =>
        ((ICondition)this).IsMet() && (need != Need.Slot || worker.MayNotProduce || link.IsWorthFilling(ref lastLook));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> HandOnSlowAsync(T item)
    {
        if (turns is not null)
        {
            // An output before the first item belongs to that item: it must be known, to know the output's turn.
            if (!reader.HasItem && !reader.IsAtEnd)
                await reader.ReserveAsync().ConfigureAwait(false);

            var number = turns.NumberOf(worker.Index);
            while (!TryTakeTurn(number))
            {
                if (worker.IsStopping)
                    return false;
                await WaitForAsync(Need.Turn, turns.Waiting).ConfigureAwait(false);
            }

            if (number >= worker.Stage.Bound)
                return false;
        }

        if (link.Bytes is { } bytes)
        {
            size = link.SizeOf(slot, item);
            while (!bytes.TryCharge(worker.Index, slot, size))
            {
                if (worker.IsStopping)
                    return false;
                await WaitForAsync(Need.Bytes, link.Producers).ConfigureAwait(false);
            }
        }

        if (worker.IsStopping)
        {
            link.Bytes?.Free(size);
            return false;
        }

        try
        {
            Deliver(item, size);
        }
        catch when (link.Bytes is not null)
        {
            link.Bytes.Uncharge(slot, size);
            if (link.Producers.HasWaiting)
                link.Producers.WakeAll(); // some may wait for bytes
            throw;
        }

        return true;
    }

    /// <summary>Whether the output may be handed on at once: it belongs to an item, whose turn it is.</summary>
    private bool HasTurn()
    {
        if (!reader.HasItem && !reader.IsAtEnd)
            return false;
        var number = turns!.NumberOf(worker.Index);
        return TryTakeTurn(number) && number < worker.Stage.Bound;
    }

    private bool TryTakeTurn(long number)
    {
        if (turnHeldFor == number)
            return true;
        if (!turns!.IsTurnOf(worker.Index))
            return false;
        turns.HandOnEarly(); // what comes before, perhaps of the same item
        turnHeldFor = number;
        return true;
    }

    // It is not the output's turn, or the stage has ended before it.
    private bool TryKeep(T item)
    {
        if (link.Early is not { } early || !reader.HasItem)
            return false;
        var number = turns!.NumberOf(worker.Index);
        if (number >= worker.Stage.Bound || !early.TryKeep(worker.Index, number, slot, item, worker.Lineage))
            return false;
        OnGone(item);
        return true;
    }

    private void Deliver(T item, long charged)
    {
        if (lending is null)
            link.HandOn(slot, item, tellsLineage ? worker.Lineage : null, charged);
        else
            HandOnWithSlot(item, charged);
        OnGone(item);
    }

    private void HandOnWithSlot(T item, long charged)
    {
        var filled = TakeBackSlotFor(item, out var inPlace);
        try
        {
            link.HandOn(filled, item, tellsLineage ? worker.Lineage : null, charged);
        }
        catch
        {
            lock (lending!)
                (slot, lent) = (filled, inPlace);
            throw;
        }
    }

    private void OnGone(T item)
    {
        slot = None;
        worker.ItemsOut++;
        if (disposesOriginals && !ReferenceEquals(item, reader.Item)) // the item in hand may be tried again
            Undelivered.Dispose(item, worker.Stage.Run.FailWith);
    }

    // What was rented first, and is not handed on first, must leave the slot to the other.
    private int TakeBackSlotFor(T item, out IBuffer? inPlace)
    {
        lock (lending!)
        {
            inPlace = ReferenceEquals(lent, item) ? lent : null;
            if (inPlace is null && lent is { HasEnded: false })
                lent.MoveOut();
            lent = null;
            var filled = slot;
            slot = None;
            return filled;
        }
    }

    private bool HasLent()
    {
        if (lending is null)
            return false;
        lock (lending)
            return lent is { HasEnded: false };
    }

    private ValueTask WaitForAsync(Need what, WaitSet set)
    {
        need = what;
        return worker.WaitAsync(set, WorkerState.Blocked, this);
    }
}
