using Penstock.Faults;
using Penstock.Links;
using Penstock.Waiting;

namespace Penstock.Stages.Crews;

// Where the outputs end: with the items, at the item where a worker has ended early, or at a failure.
internal sealed partial class Crew<TIn, TOut>
{
    private volatile bool isAlert; // somebody was told something

    // The consumer may itself be a thread ahead of another one.
    private bool MustLeaveHere => isAlert && Worker.MustLeaveHere;

    /// <summary>Whether nothing more will come.</summary>
    private bool IsOver
    {
        get
        {
            var isAnyoneLeft = false;
            foreach (ref readonly var worker in Standings)
            {
                if (worker.Number < bound)
                    return false;
                isAnyoneLeft |= !worker.HasLeft;
            }

            return bound == Turns.Left ? Counts.Waiting == 0 : !(isAnyoneLeft && stock.HasBefore(bound));
        }
    }

    public void Guard()
    {
        isAlert = true;
        before.Guard();
        foreach (var worker in workers)
            worker.Guard();
        WakeAll();
    }

    // The consumer gets nothing more. Always false.
    private bool End()
    {
        if (isDisposed)
            return false;
        if (Worker.IsStopping || MustLeaveHere)
            throw Worker.Reader.StopException();
        if (patience.IsCancellationRequested && !HasComeToItsEnd())
            throw new OperationCanceledException(patience);
        thrown = failure?.Exception;
        failure?.Throw();
        return false;
    }

    private bool HasComeToItsEnd()
    {
        using (Gate.Hold())
            return IsOver;
    }

    private void OnEnded(CrewWorker<TIn, TOut> worker, Fault? fault)
    {
        if (worker.IsTold)
            NoteAnswerToStop(fault?.Exception);
        else if (fault is not null || (Plan.Ordered && !worker.IsAtEnd))
            EndAt(EndOf(worker, fault), fault);
        var hadRoom = HasRoom;
        Counts.InHand -= (worker.HasItem ? 1 : 0) + (worker.Next is null ? 0 : 1);
        worker.Leave(Plan.Ordered ? null : stock); // the others go on
        if (!hadRoom || stock.Count > 0)
            WakeInside(areToEnd: false);
    }

    private void NoteAnswerToStop(Exception? exception)
    {
        if (exception is null || !Fault.IsAnswerToStop(exception))
            NoteFailedDispose(exception);
    }

    // Behind what it has made of the item in hand, also if it has not asked for that.
    private long EndOf(CrewWorker<TIn, TOut> worker, Fault? fault)
    {
        if (!Plan.Ordered)
            return 0;
        if (worker.HasItem || worker.IsAtEnd)
            return worker.Number + 1;
        return fault is not null ? 0 : stock.Count > 0 ? stock.First : Counts.Pulled;
    }

    private void EndAt(long end, Fault? with)
    {
        if (end > bound || (end == bound && !hasFailedInput))
        {
            if (with is not null)
                ignored.Add(with.Exception);
            return;
        }

        _ = TakeBack();
        if (failure is not null)
            ignored.Add(failure.Exception);
        (bound, hasFailedInput) = (end, false);
        failure = with;
        if (with is not null && !Worker.IsStopping)
            grace ??= Worker.Stage.Run.Time.RingAfter(Worker.Stage.Run.Options.FailureGrace, FailWhereItStands);
    }

    // What precedes the failure takes longer than everything else should take to stop.
    private void FailWhereItStands()
    {
        Fault? fault;
        using (Gate.Hold())
        {
            fault = failure;
            grace?.Dispose();
            grace = null; // a later failure has a clock of its own
        }

        if (fault is not null && !IsLeaving && !Worker.IsStopping)
            Worker.Stage.Run.FailWith(fault);
    }
}
