using System.Diagnostics;
using Penstock.Faults;
using Penstock.Links;

namespace Penstock.Stages.Crews;

// How a worker's generator comes by an item: by whom it is pulled, when one is pulled in advance, and who waits.
internal sealed partial class Crew<TIn, TOut>
{
    /// <summary>The next item for a worker's generator.</summary>
    public bool Ask(CrewWorker<TIn, TOut> worker)
    {
        if (worker.Thread is null && IsLeaving)
            throw Worker.Reader.StopOnThisThread(); // a finally block asks
        if (worker.Thread is null)
            throw new InvalidOperationException($"Stage '{Plan.Stage}' asks for an item while nobody has asked it for one. Take the items where they are needed, not ahead on another thread.");
        if (worker.IsReserved)
        {
            worker.IsReserved = false;
            return true;
        }

        if (worker.TryAsk())
            return true;
        if (worker.IsAtEnd)
            return false;
        if (worker.IsMeasured)
            worker.Overhead -= Stopwatch.GetTimestamp();
        var isGiven = TryGive(worker);
        if (worker.IsMeasured)
            worker.Overhead += Stopwatch.GetTimestamp();
        if (!isGiven)
            throw Worker.IsStopping ? Worker.Reader.StopException() : Worker.Reader.StopOnThisThread();
        return worker.HasItem;
    }

    /// <summary>Takes an item for a worker, and waits for one, or for their end. False if the worker is to leave.</summary>
    private bool TryGive(CrewWorker<TIn, TOut> worker)
    {
        using (Gate.Hold())
        {
            _ = EndStint(worker, leavesNext: false);
            asksAgain |= ++worker.Asked > 1;
            if (worker.HasItem)
            {
                var hadRoom = HasRoom;
                Counts.InHand--;
                worker.Free();
                Change();
                if (!hadRoom)
                    WakeInside(areToEnd: false);
                TellConsumer(); // the outputs behind that item may be due
            }

            while (true)
            {
                if (IsLeaving || Worker.IsStopping || MustLeaveHere || (bound <= Turns.Idle && !(worker.Next is var (_, next) ? next < bound : stock.HasBefore(bound))))
                {
                    worker.IsTold = true;
                    return false;
                }

                if (worker.TryTakeNext())
                    return true;
                if (stock.HasComeBack)
                {
                    GiveNext(worker); // before anything that may take long: outputs may wait for it, in the slots that there are
                    return true;
                }

                if (!(worker.Thread == Consumer || isInputOver || TryTakePlace(worker.Thread!) || !IsAnyoneFree))
                {
                    Park(worker.Thread!);
                }
                else if (MayPullFor(worker) || (Counts.IsConsumersPull && worker.Thread == Consumer))
                {
                    Pull(worker);
                }
                else if (stock.Count > 0)
                {
                    GiveNext(worker);
                    return true;
                }
                else if (TakeBack())
                {
                    // There is something after all.
                }
                else if (isInputOver)
                {
                    worker.GiveNone();
                    Change();
                    TellConsumer();
                    Employ(consumerWaits: false);
                    return true;
                }
                else
                {
                    worker.IsAsking = true;
                    waitingInside++;
                    worker.Thread!.Wait(yields: true);
                    waitingInside--;
                    worker.IsAsking = false;
                }
            }
        }
    }

    private void GiveNext(CrewWorker<TIn, TOut> worker)
    {
        var number = stock.First;
        worker.Give(stock.Dequeue(), number);
        Counts.InHand++;
        if (worker.Thread == Consumer)
            ForgoConsumersPull();
        Employ(consumerWaits: false);
    }

    // The consumer needs no item from the source after all.
    private void ForgoConsumersPull()
    {
        if (!Counts.IsConsumersPull)
            return;
        Counts.IsPulling = Counts.IsConsumersPull = false;
        WakeInside(areToEnd: false);
    }

    private bool MayPullFor(CrewWorker<TIn, TOut> worker)
    {
        if (Counts.IsPulling || AreAllPulled || !HasRoom)
            return false;
        return stock.Count <= (worker.Thread != Consumer && AreStepsShared && (isSourceQuick || !(Counts.IsConsumerAsleep || IsConsumerTask)) ? Stock : 0);
    }

    // Under the gate, which it leaves meanwhile.
    private void Pull(CrewWorker<TIn, TOut> worker)
    {
        Counts.IsPulling = worker.IsAsking = worker.Thread!.IsInSource = true;
        Counts.IsConsumersPull = false;
        if (MayHaul(worker))
            haul.Begin(Math.Min(Stock + 1 - stock.Count, Plan.RoomBefore - stock.Count - Counts.InHand));
        LookAfterConsumer();
        EmployLookout();
        if (IsConsumerDue && Counts.Looking == 0 && !(isSourceQuick && HasLookout))
            GoOnElsewhere(); // not here, inside a generator
        Gate.Exit();
        var mine = OwnFlow.Leave();
        ExecutionContext.Restore(contextOfItems);
        var began = worker.IsMeasured ? Stopwatch.GetTimestamp() : 0;
        var hasItem = false;
        TIn item = default!;
        var pulls = 0;
        Fault? fault = null;
        try
        {
            producer ??= items.GetEnumerator();
            do
            {
                pulls++;
                hasItem = producer.MoveNext();
                if (hasItem)
                    item = producer.Current;
                else if (EndProducer() is { } exception)
                    fault = new Fault(exception, Worker);
            }
            while (hasItem && haul.TryKeep(item));
        }
        catch (Exception exception)
        {
            hasItem = false;
            fault = new Fault(exception, Worker);
        }

        var ticks = worker.IsMeasured ? (Stopwatch.GetTimestamp() - began) / Math.Max(1, pulls) : 0; // for each item
        if (ExecutionContext.Capture() is { } now && now != contextOfItems)
            contextOfItems = now;
        mine.Return();
        Gate.Enter();
        Counts.IsPulling = worker.IsAsking = worker.Thread.IsInSource = false;
        if (worker.IsMeasured)
        {
            isSourceQuick = Staffing.IsQuick(ticks);
            Staffing.ReportPull(ticks);
        }

        _ = TakeHaul();
        if (hasItem)
        {
            stock.Enqueue(Counts.Pulled++, item);
        }
        else
        {
            isInputOver = true;
            if (fault is not null)
            {
                EndAt(Counts.Pulled, fault);
                hasFailedInput |= failure == fault;
            }
        }

        Change();
        WakeInside(areToEnd: isInputOver);
        Employ(consumerWaits: false);
    }

    // It has come to its end, as if all were well.
    private Exception? EndProducer()
    {
        var failed = DisposeProducer();
        return (before.HideFailure ? null : before.Swallowed) ?? failed;
    }

    private Exception? DisposeProducer()
    {
        try
        {
            producer?.Dispose();
            return before.Dispose();
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
