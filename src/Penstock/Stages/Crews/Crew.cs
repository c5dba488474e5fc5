using System.Diagnostics;
using Penstock.SharedMemory;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Stages.Crews;

/// <summary>
/// The threads that resume the workers of a stage without threads of its own: the consumer's, while it would wait otherwise, and as many
/// helpers as pay.
/// </summary>
/// <remarks>
/// All of it is guarded by one gate, which is left for everything that is not a matter of nanoseconds: the user's code, and waits. A helper
/// works while it has one of the places. While there are fewer places than threads could use, a helper without one is the lookout: every
/// few milliseconds it counts the workers that have not moved meanwhile, and each of those makes one place more. Nobody looks while nobody
/// is at work, but for those that have been counted.
/// </remarks>
internal abstract partial class Crew : ISecondThread
{
    /// <summary>No worker.</summary>
    public const int Nobody = -1;

    private const int CacheLine = 64; // bytes
    private const int LookoutPeriod = 5; // milliseconds
    private const int LongestLookoutPeriod = 20; // while nothing begins

    private readonly List<(Seat Seat, Thread Thread)> helpers = [];
    private readonly unsafe CrewCounts* counts;
    private readonly unsafe Standing* standings;
    private Seat? lookout;
    private int taken; // places
    private (int All, int Helpers) lingering; // threads at work; those of helpers
    private int asleepInside;
    private long lookedAt;
    private int lookoutPeriod = LookoutPeriod;
    private long begunAtLook;
    private bool isLeaving;
    private bool isLate;

    protected unsafe Crew(Worker worker, CrewPlan plan)
    {
        var memory = FixedMemory.OfThisProcess(CacheLine + (plan.Workers * sizeof(Standing)));
        Debug.Assert(sizeof(CrewCounts) <= CacheLine, "The counts reach into the standings.");
        Gate = new ShortLock(memory);
        counts = (CrewCounts*)memory.Address;
        standings = (Standing*)(memory.Address + CacheLine);
        *counts = new CrewCounts();
        new Span<Standing>(standings, plan.Workers).Fill(new Standing());
        Worker = worker;
        Plan = plan;
        Consumer = new Seat(this);
        Staffing = worker.Stage.Run.Options.CreateStaffing?.Invoke(plan.Workers) ?? new Staffing(plan.Workers, Stopwatch.Frequency);
    }

    public ShortLock Gate { get; }

    /// <inheritdoc cref="CrewCounts.Changes"/>
    public long Changes => Volatile.Read(ref Counts.Changes);

    /// <summary>In whose worker all of this happens.</summary>
    public Worker Worker { get; }

    public CrewPlan Plan { get; }

    protected Staffing Staffing { get; }

    protected Seat Consumer { get; }

    bool ISecondThread.IsToLeave => IsLeaving;

    /// <summary>Whether everybody is to leave: the consumer has ended.</summary>
    protected bool IsLeaving => Volatile.Read(ref isLeaving);

    /// <summary>Whether the consumer takes part.</summary>
    protected bool ConsumerHelps => (Staffing.ConsumerHelps && Substitutes == 0) || (isRefused && helpers.TrueForAll(static h => h.Seat.IsInside));

    /// <summary>Whether the threads take turns with steps that cost little, so that the consumer takes part; or a helper instead, for a task.</summary>
    protected bool AreStepsShared => ConsumerHelps || (IsConsumerTask && Staffing.ConsumerHelps);

    /// <summary>Whether the consumer's thread sleeps.</summary>
    protected bool IsConsumerAway => Counts.IsConsumerAsleep && !IsConsumerTask;

    protected unsafe ref CrewCounts Counts => ref *counts;

    protected unsafe Span<Standing> Standings => new(standings, Plan.Workers);

    /// <summary>The workers that are being resumed and may keep others from what they could do.</summary>
    protected abstract int Busy { get; }

    /// <summary>Whether a helper would find something to do.</summary>
    protected abstract bool HasWork { get; }

    /// <summary>Whether the consumer would.</summary>
    protected abstract bool HasWorkForConsumer { get; }

    /// <summary>Whether a worker that nobody resumes keeps what others have made from being taken.</summary>
    protected abstract bool IsHeldUp { get; }

    /// <summary>Whether all workers that could be resumed are inside, with helpers that wait for a place.</summary>
    protected abstract bool AreAllParked { get; }

    /// <summary>Whether the consumer has something to take, or is to end.</summary>
    protected abstract bool HasNews { get; }

    /// <summary>Whether a helper does what the consumer would, where there are any.</summary>
    protected abstract bool HasSubstitute { get; }

    private int Substitutes => Staffing.ConsumerHelps && (IsConsumerTask || (HasSubstitute && Staffing.Helpers > 0)) ? 1 : 0;

    // Where the system gives no more threads, those that are there never wait for a place all at once.
    // The consumer leaves the source to helpers while any of them is at work, so it needs another one beside those that linger.
    protected int Places => Math.Clamp(Math.Max(Staffing.Helpers + Substitutes, lingering.Helpers > 0 ? 1 : 0) + lingering.All, isRefused && helpers.Count > 0 ? 1 : 0, Plan.Workers + 1);

    protected bool HasLookout => lookout is not null;

    /// <summary>Helpers that wait inside a worker for a place.</summary>
    protected int Parked { get; private set; }

    // With all places there are, nobody has to look whether there should be more; nor when all who keep others from something are known.
    private bool NeedsLookout => Staffing.Helpers <= Plan.Workers && (Busy > lingering.All || Counts.Begun != begunAtLook);

    // What comes of it is told by what the generator throws.
    void ISecondThread.OnStopThrown()
    {
    }

    public unsafe ref Standing StandingOf(int worker) => ref standings[worker];

    public void OnAsleep(Seat seat)
    {
        NoteSleep(seat, isAsleep: true);
        GiveUpPlace(seat);
        if (IsIdle(seat))
            Counts.Looking--;
        TakeBackForAll();
        if (seat.IsInside)
            Employ(consumerWaits: false); // somebody may have its place
        LookAfterConsumer();
    }

    public void OnAwake(Seat seat)
    {
        NoteSleep(seat, isAsleep: false);
        if (IsIdle(seat))
            Counts.Looking++;
    }

    /// <summary>Under the gate, by a helper that will do nothing more for now: what the sleeping consumer has left to it.</summary>
    protected void LookAfterConsumer()
    {
        if (IsLeaving || Counts.Looking > 0 || !Counts.IsConsumerAsleep || Consumer.IsInside)
            return;
        if (HasWorkForConsumer)
            Consumer.Wake(); // nobody else will do it
        else
            Employ(consumerWaits: true); // as the consumer would have, had this helper not been about to look
    }

    /// <summary>Under the gate, which it leaves meanwhile: resumes a worker. False if there is none to be resumed.</summary>
    protected abstract bool TryWork(Seat seat);

    /// <summary>Counts the threads that have been at the same since the last time, although there is something else to do.</summary>
    protected abstract (int All, int Helpers) CountLingering();

    /// <summary>Under the gate: takes back what threads have in advance and have not begun with, and what they keep for later. False if that is nothing.</summary>
    protected abstract bool TakeBack();

    /// <summary>Does so for whoever may do something with it.</summary>
    protected void TakeBackForAll()
    {
        if (!TakeBack())
            return;
        TellConsumer();
        Employ(consumerWaits: false);
    }

    /// <summary>Everybody looks again.</summary>
    protected void WakeAll()
    {
        if (IsHiring)
        {
            isAlarmed = true;
            return;
        }

        using (Gate.Hold())
            Alarm();
    }

    /// <summary>Under the gate: who yields while it waits for anything looks.</summary>
    protected void Change() => Volatile.Write(ref Counts.Changes, Counts.Changes + 1);

    /// <summary>Under the gate: a helper inside a worker waits there for a place.</summary>
    protected void Park(Seat seat)
    {
        seat.IsParked = true;
        Parked++;
        Counts.Looking++;
        Change();
        seat.Wait(yields: false);
        Counts.Looking--;
        Parked--;
        seat.IsParked = false;
    }

    /// <summary>Under the gate: wakes those that wait for an item inside a worker.</summary>
    /// <param name="areToEnd">Whether no more come, so that nobody needs a place for one.</param>
    protected void WakeInside(bool areToEnd)
    {
        if (asleepInside == 0)
            return;
        if (Consumer.IsInside)
            Consumer.Wake();
        foreach (var (seat, _) in helpers)
        {
            if (seat is { IsInside: true, IsAsleep: true } && (!seat.IsParked || areToEnd))
                seat.Wake();
        }
    }

    /// <summary>Under the gate: wakes the consumer if it sleeps and has something to take.</summary>
    protected void TellConsumer()
    {
        if (IsConsumerAwaiting)
            Employ(consumerWaits: false);
        else if (Counts.IsConsumerAsleep && !Consumer.IsInside && HasNews)
            Consumer.Wake();
    }

    /// <summary>A thread goes into a worker.</summary>
    protected void Enter(Seat seat)
    {
        if (IsIdle(seat))
            Counts.Looking--;
        if (lookout == seat)
            lookout = null;
        seat.IsInside = true;
        seat.WasInside = false;
    }

    /// <summary>A thread comes out of a worker.</summary>
    protected void Leave(Seat seat)
    {
        seat.IsInside = false;
        if (IsIdle(seat))
            Counts.Looking++;
    }

    /// <summary>All are to leave.</summary>
    protected void TellToLeave() => Volatile.Write(ref isLeaving, true);

    /// <summary>Waits for all helpers to leave. One may still be in user code after <see cref="RunOptions.StopTimeout"/>.</summary>
    protected void Dismiss()
    {
        WakeAll();
        var run = Worker.Stage.Run;
        using (run.Time.RingAfter(run.Options.StopTimeout, GiveUp))
        {
            using (Gate.Hold())
            {
                while (helpers.Exists(static h => h.Seat.IsInside))
                {
                    if (isLate)
                        return;
                    Consumer.Wait(yields: true);
                }
            }
        }

        foreach (var (_, thread) in helpers)
            thread.Join();
    }

    // A helper that may go on with something else, or with an item.
    private bool IsIdle(Seat seat) => seat != Consumer && (!seat.IsInside || seat.IsParked);

    private void NoteSleep(Seat seat, bool isAsleep)
    {
        if (seat.IsInside)
            asleepInside += isAsleep ? 1 : -1;
        if (seat == Consumer)
            Counts.IsConsumerAsleep = isAsleep;
    }

    private void GiveUp()
    {
        isLate = true;
        WakeAll();
    }

    private void Help(Seat seat)
    {
        BatchScheduling.Choose();
        Workers.Worker.ClaimSecondThread(this);
        Gate.Enter();
        while (!IsLeaving)
        {
            if ((TryTakePlace(seat) || IsConsumerDue || IsHeldUp) && TryWork(seat))
                continue;
            if (seat.HasPlace && HasWork && FindParked() is { } parked)
            {
                GiveUpPlace(seat);
                Assign(parked);
            }

            var looks = (lookout ?? seat) == seat && NeedsLookout;
            if (looks)
                lookout = seat;
            else if (lookout == seat)
                lookout = null;
            if (Counts.Begun != begunAtLook)
                lookoutPeriod = LookoutPeriod;
            seat.Wait(yields: seat.HasPlace, looks ? lookoutPeriod : Timeout.Infinite);
            if (looks)
                Look();
        }

        GiveUpPlace(seat);
        Counts.Looking--;
        Gate.Exit();
    }

    protected bool TryTakePlace(Seat seat)
    {
        if (seat.HasPlace)
        {
            if (taken <= Places)
                return true;
            GiveUpPlace(seat);
        }

        if (taken >= Places)
            return false;
        GivePlace(seat);
        return true;
    }

    /// <summary>Whether a thread at work has been at the same when the lookout last looked, for which this is the next look.</summary>
    protected static bool Lingers(Seat seat)
    {
        var lingers = seat.WasInside;
        seat.WasInside = true;
        return lingers;
    }

    private void GivePlace(Seat seat)
    {
        seat.HasPlace = true;
        taken++;
        if (lookout == seat)
            lookout = null;
    }

    private void Assign(Seat seat)
    {
        GivePlace(seat);
        seat.Wake();
    }

    private void GiveUpPlace(Seat seat)
    {
        if (!seat.HasPlace)
            return;
        seat.HasPlace = false;
        taken--;
    }

    // A wait may end a little early, or since something has changed.
    private void Look()
    {
        var now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(lookedAt, now).TotalMilliseconds < lookoutPeriod - 1)
            return;
        lookedAt = now;
        lookoutPeriod = Counts.Begun == begunAtLook ? Math.Min(2 * lookoutPeriod, LongestLookoutPeriod) : LookoutPeriod;
        begunAtLook = Counts.Begun;
        lingering = CountLingering();
    }
}
