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
            foreach (var worker in workers)
            {
                if (worker.IsFree && (!worker.IsIdle || MayUseAnother))
                    return true;
            }

            return false;
        }
    }

    // More workers than threads would keep items that nobody is at work on.
    private bool MayUseAnother => isInputOver || workers.Count(static w => !(w.HasLeft || w.IsIdle)) < Places + (ConsumerHelps ? 1 : 0);

    // The worker to be resumed next: the one with the earliest item, since those behind it wait for that; else one without, while fewer have
    // begun than there are threads for. It needs a slot. With the order kept, the last one is for whoever has the earliest item, whose outputs
    // can be taken in any case. And there is one for each worker where outputs might take all: when one item makes many, and at the end,
    // where what workers make waits for all of them.
    private CrewWorker<TIn, TOut>? Candidate()
    {
        CrewWorker<TIn, TOut>? first = null;
        CrewWorker<TIn, TOut>? firstWithout = null;
        CrewWorker<TIn, TOut>? earliest = null;
        var mayBegin = bound > Turns.Idle || (pulled.Count > 0 && NextNumber < bound);
        var slotsLeft = Plan.RoomBehind;
        var without = 0;
        foreach (var worker in workers)
        {
            var slots = worker.Slots;
            slotsLeft -= slots;
            if (slots == 0 && !worker.HasLeft)
                without++;
            if (earliest is null || worker.Number < earliest.Number)
                earliest = worker;
            if (!worker.IsFree || !(mayBegin || (worker.HasItem && worker.Number < bound)))
                continue;
            if (first is null || worker.Number < first.Number)
                first = worker;
            if (slots == 0 && (firstWithout is null || worker.Number < firstWithout.Number))
                firstWithout = worker;
        }

        if (first is null || slotsLeft <= 0)
            return null;
        if (first != earliest || !first.HasItem)
        {
            if (makesMany || (isInputOver && Plan.Ordered))
                first = slotsLeft > without ? first : firstWithout;
            else if (Plan.Ordered && slotsLeft == 1 && earliest!.Slots == 0)
                return null;
        }

        return first is { IsIdle: true } && !MayUseAnother ? null : first;
    }

    private bool IsReadyForHelper(CrewWorker<TIn, TOut> worker) =>
        pulled.Count > 0 || isInputOver || worker.IsAtEnd || bound <= Turns.Idle || !isPulling || worker.HasItem;

    // Never one that might keep the consumer from what comes meanwhile, because it has to wait for an item.
    private bool IsReadyForConsumer(CrewWorker<TIn, TOut> worker)
    {
        if (!ConsumerHelps)
            return false;
        return (atWork == parked && waiting == 0) || worker.IsAtEnd || worker.IsReserved || worker.Next is not null || isInputOver || pulled.Count > 0;
    }
}
