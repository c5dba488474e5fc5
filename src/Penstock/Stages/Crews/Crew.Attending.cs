namespace Penstock.Stages.Crews;

// A consumer that is a task: helpers go on with it.
internal abstract partial class Crew
{
    /// <summary>Whether the consumer is a task.</summary>
    protected bool IsConsumerTask => Plan.IsAwaited;

    /// <summary>Whether it awaits an output.</summary>
    protected bool IsConsumerAwaiting { get; private set; }

    /// <summary>Helpers that go on with it, or have and are not back.</summary>
    protected int Attending { get; private set; }

    /// <summary>Whether it awaits something that has come, or is to end.</summary>
    protected bool IsConsumerDue => IsConsumerAwaiting && HasNews;

    protected bool HasHelpers => helpers.Count > 0;

    /// <summary>Under the gate: has the thread pool go on with the consumer, which awaits something that has come.</summary>
    protected abstract void GoOnElsewhere();

    protected void NoteAwaiting(bool isAwaiting) => IsConsumerAwaiting = Counts.IsConsumerAsleep = isAwaiting;

    /// <summary>Goes on with the consumer, which does not count as awaiting any more.</summary>
    protected abstract void GoOn();

    /// <summary>Under the gate, which it leaves meanwhile: the helper of a seat goes on with the consumer.</summary>
    protected void Attend(Seat seat)
    {
        Attending++;
        seat.Attends = true;
        Enter(seat);
        Employ(consumerWaits: false);
        Gate.Exit();
        Workers.Worker.LeaveSecondThread();
        GoOn();
        Workers.Worker.ClaimSecondThread(this);
        Gate.Enter();
        Attending--;
        seat.Attends = false;
        Leave(seat);
        Change();
        if (!IsConsumerAwaiting)
            TellConsumer(); // it may wait for this thread to leave
    }

    /// <summary>Counts the helpers that have been at the consumer all the time since the last look.</summary>
    protected int CountLingeringAttendants()
    {
        if (Attending == 0)
            return 0;
        var count = 0;
        foreach (var (seat, _) in helpers)
        {
            if (seat.Attends && Lingers(seat))
                count++;
        }

        return count;
    }
}
