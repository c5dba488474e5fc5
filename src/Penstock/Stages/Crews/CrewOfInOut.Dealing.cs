using Penstock.Links;

namespace Penstock.Stages.Crews;

// What a worker gets when it is resumed: while items are cheap, several at once. Whoever has nothing to do takes back what nobody has begun with.
internal sealed partial class Crew<TIn, TOut>
{
    private readonly Haul<TIn> haul = new();
    private int stints; // that nobody has ended
    private int waitingInside; // threads, for an item

    protected override bool TakeBack()
    {
        var found = TakeHaul();
        if (stints > 0)
        {
            foreach (var worker in workers)
                found |= EndStint(worker, leavesNext: worker.Thread == Consumer); // who is not to wait in there
        }

        if (found)
            Change();
        return found;
    }

    private void Begin(CrewWorker<TIn, TOut> worker, Seat seat)
    {
        Counts.Begun++;
        Counts.AtWork++;
        worker.Begin(seat);
        if (!TryBeginStint(worker) && seat == Consumer)
            ProvideConsumer(worker);
        Enter(seat);
        Employ(consumerWaits: false);
    }

    // So that it will not have to wait for an item.
    private void ProvideConsumer(CrewWorker<TIn, TOut> worker)
    {
        if (worker.HasAhead)
            return;
        if (MayReserveFor(worker))
        {
            var number = stock.First;
            worker.Reserve(stock.Dequeue(), number);
            Counts.InHand++;
        }
        else if (stock.Count == 0 && !Counts.IsPulling && !AreAllPulled)
        {
            Counts.IsPulling = Counts.IsConsumersPull = true; // so that nothing else can come while it is in there
        }
    }

    // Not an item that has come back and precedes the one in hand: what the generator might still make of that would have to wait for it, in slots.
    private bool MayReserveFor(CrewWorker<TIn, TOut> worker) => stock.Count > 0 && !worker.IsAtEnd && !(Plan.Ordered && worker.HasItem && stock.HasBefore(worker.Number));

    // The half of the stock, so that the others find something, too, and a quarter of the slots.
    private bool TryBeginStint(CrewWorker<TIn, TOut> worker)
    {
        if (!MayBeginStint(worker))
            return false;
        var slotsLeft = Plan.RoomBehind;
        foreach (ref readonly var one in Standings)
            slotsLeft -= one.Slots;
        var count = Math.Min(Math.Min(Staffing.Together, (stock.Count + 1) / 2), slotsLeft / 4);
        if (count < 2)
            return false;
        Counts.InHand += worker.BeginStint(stock, count);
        stints++;
        return true;
    }

    // Where each output is that of another item, and nobody sleeps who would have to be woken for the first one, or waits for an item.
    private bool MayBeginStint(CrewWorker<TIn, TOut> worker) =>
        stock.Count > 2 && MayReserveFor(worker) && !isInputOver && bound == Turns.Left && !makesMany && !asksAgain
        && AreStepsShared && !IsConsumerAway && waitingInside == 0 && !worker.HasAhead;

    private bool EndStint(CrewWorker<TIn, TOut> worker, bool leavesNext)
    {
        if (!worker.IsOnStint)
            return false;
        stints--;
        return Count(worker.EndStint(stock, leavesNext));
    }

    // Of the item that its generator has asked for last.
    private long? NumberInHand(CrewWorker<TIn, TOut> worker)
    {
        Gate.Enter();
        _ = EndStint(worker, leavesNext: false);
        long? number = worker.HasItem && !worker.IsReserved ? worker.Number : null;
        Gate.Exit();
        return number;
    }

    // Whether workers have made something meanwhile that are still at it.
    private bool LookAtStints()
    {
        if (stints == 0)
            return false;
        var found = false;
        foreach (var worker in workers)
            found |= worker.IsOnStint && Count(worker.LookAtStint());
        return found;
    }

    private bool Count((int Kept, int Released) progress)
    {
        Counts.Waiting += progress.Kept;
        Counts.InHand -= progress.Released;
        return progress.Kept + progress.Released > 0;
    }

    // Not in a step that the lookout has seen before: it might not look again.
    private bool MayHaul(CrewWorker<TIn, TOut> worker) => isSourceQuick && !worker.Thread!.WasInside && AreStepsShared && worker.Thread != Consumer && waitingInside == 0;

    private bool TakeHaul()
    {
        var count = haul.End();
        for (var index = 0; index < count; index++)
            stock.Enqueue(Counts.Pulled++, haul.Take(index));
        return count > 0;
    }
}
