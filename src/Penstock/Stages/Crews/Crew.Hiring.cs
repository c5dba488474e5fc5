namespace Penstock.Stages.Crews;

// Who is called when there is work for one thread more.
internal abstract partial class Crew
{
    private bool isRefused; // the system gives no more threads
    private int hiring; // the thread that does it, under the gate; 0 if nobody does
    private bool isAlarmed; // by that

    // A thread that cannot be started is an exception, and who listens to all of those (AppDomain.FirstChanceException) may end the run.
    private bool IsHiring => Volatile.Read(ref hiring) == Environment.CurrentManagedThreadId;

    /// <summary>Under the gate: has a helper come if there is work for one, or if nobody looks after those at work.</summary>
    /// <param name="consumerWaits">Whether the consumer is about to wait.</param>
    protected void Employ(bool consumerWaits)
    {
        if (Counts.Looking > 0 || IsLeaving)
            return;
        if (taken < Places && IsConsumerDue)
        {
            if (FindSpare() is { } helper)
                Assign(helper);
            else if (IsConsumerAwaiting) // still: a refusal may have ended the run
                GoOnElsewhere();
        }
        else if (taken < Places && HasWork)
        {
            if ((FindParked() ?? FindSpare()) is { } helper)
                Assign(helper);
        }
        else if (consumerWaits && !IsConsumerTask && IsHeldUp && (Counts.IsConsumerAsleep || !ConsumerHelps))
        {
            FindSpare()?.Wake();
        }
        else if (consumerWaits && AreAllParked)
        {
            FindParked()?.Wake();
        }
        else
        {
            EmployLookout();
        }
    }

    /// <summary>Under the gate: has a helper look after those at work if nobody does.</summary>
    protected void EmployLookout()
    {
        if (Counts.Looking > 0 || IsLeaving || lookout is not null || !NeedsLookout || (FindIdle() ?? Hire()) is not { } seat)
            return;
        lookout = seat;
        seat.Wake();
    }

    private Seat? FindSpare() => FindIdle() ?? lookout ?? Hire();

    private Seat? FindIdle()
    {
        foreach (var (seat, _) in helpers)
        {
            if (seat is { IsAsleep: true, IsInside: false } && seat != lookout)
                return seat;
        }

        return null;
    }

    private Seat? FindParked()
    {
        foreach (var (seat, _) in helpers)
        {
            if (seat is { IsAsleep: true, IsParked: true })
                return seat;
        }

        return null;
    }

    // One for each worker, the lookout, and one for a consumer that has none.
    private Seat? Hire()
    {
        if (isRefused || helpers.Count > Plan.Workers + (IsConsumerTask ? 1 : 0))
            return null;
        var seat = new Seat(this);
        hiring = Environment.CurrentManagedThreadId;
        try
        {
            var thread = new Thread(state => Help((Seat)state!)) { Name = $"Penstock: {Plan.Stage} #{Worker.Index}", IsBackground = true };
            Worker.Stage.Run.Options.StartThread(thread, seat);
            helpers.Add((seat, thread));
            Counts.Looking++;
            return seat;
        }
        catch (Exception)
        {
            isRefused = true; // those that are there do it all
            return null;
        }
        finally
        {
            hiring = 0;
            if (isAlarmed)
                Alarm();
            isAlarmed = false;
        }
    }

    // Under the gate.
    private void Alarm()
    {
        _ = TakeBack();
        Change();
        if (IsConsumerDue)
            GoOnElsewhere(); // whatever the helpers are at
        Consumer.Wake();
        foreach (var (seat, _) in helpers)
            seat.Wake();
    }
}
