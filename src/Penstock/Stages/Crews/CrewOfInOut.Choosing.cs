using Penstock.Links;

namespace Penstock.Stages.Crews;

// Which worker is resumed next, and by whom it may be.
internal sealed partial class Crew<TIn, TOut>
{
    private bool CanHelp => Candidate() is { } worker && IsReadyForHelper(worker);

    private bool IsAnyoneFree
    {
        get
        {
            foreach (ref readonly var worker in Standings)
            {
                if (worker.IsFree && (!worker.IsIdle || MayUseAnother))
                    return true;
            }

            return false;
        }
    }

    // More workers than threads would keep items that nobody is at work on.
    private bool MayUseAnother => isInputOver || HaveBegun < Places + (ConsumerHelps ? 1 : 0);

    // Workers that are resumed, or have an item.
    private int HaveBegun
    {
        get
        {
            var count = 0;
            foreach (ref readonly var worker in Standings)
            {
                if (!(worker.HasLeft || worker.IsIdle))
                    count++;
            }

            return count;
        }
    }

    // The worker to be resumed next: the one with the earliest item, since those behind it wait for that; else one without, while fewer have
    // begun than there are threads for. It needs a slot, beside those that are kept for others.
    private CrewWorker<TIn, TOut>? Candidate()
    {
        var all = Standings;
        var (first, firstWithout, earliest) = (Nobody, Nobody, 0);
        var mayBegin = bound > Turns.Idle || stock.HasBefore(bound);
        var slotsLeft = Plan.RoomBehind;
        var without = 0;
        for (var index = 0; index < all.Length; index++)
        {
            ref readonly var worker = ref all[index];
            var slots = worker.Slots;
            slotsLeft -= slots;
            if (slots == 0 && !worker.HasLeft)
                without++;
            if (worker.Number < all[earliest].Number)
                earliest = index;
            if (!worker.IsFree || !(mayBegin || (worker.HasItem && worker.Number < bound)))
                continue;
            if (first == Nobody || worker.Number < all[first].Number)
                first = index;
            if (slots == 0 && (firstWithout == Nobody || worker.Number < all[firstWithout].Number))
                firstWithout = index;
        }

        if (first == Nobody)
            return null;

        // With the order kept, the last one is for whoever has the earliest item, whose outputs can be taken in any case, and who needs none to be kept.
        // And there is one for each worker where outputs might take all: when one item makes many, and at the end, where what workers make waits for all of them.
        var eachHasOne = makesMany || (isInputOver && Plan.Ordered);
        var kept = first == earliest && all[first].HasItem ? 0
            : eachHasOne ? without
            : Plan.Ordered && all[earliest].Slots == 0 ? 1 : 0;
        if (slotsLeft <= kept)
            first = eachHasOne && slotsLeft > 0 ? firstWithout : Nobody;
        return first == Nobody || (all[first].IsIdle && !MayUseAnother) ? null : workers[first];
    }

    private bool IsReadyForHelper(CrewWorker<TIn, TOut> worker) =>
        stock.Count > 0 || AreAllPulled || !Counts.IsPulling || worker.HasItem;

    // With the order kept, what others still make of their items waits for this one's in any case.
    private bool MayMakeMoreBeside(CrewWorker<TIn, TOut> worker) => !Plan.Ordered && Counts.InHand > (worker.HasItem ? 1 : 0);

    // Never one that might keep the consumer from what comes meanwhile, because it has to wait for an item.
    private bool IsReadyForConsumer(CrewWorker<TIn, TOut> worker)
    {
        if (!ConsumerHelps)
            return false;
        return (Counts.AtWork == Parked && Counts.Waiting == 0 && !MayMakeMoreBeside(worker)) || worker.HasAhead || isInputOver || MayReserveFor(worker);
    }
}
