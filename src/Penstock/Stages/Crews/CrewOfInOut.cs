using System.Collections;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Penstock.Faults;
using Penstock.Links;
using Penstock.Workers;

namespace Penstock.Stages.Crews;

/// <summary>
/// The outputs of a stage with several workers that is nested in its consumer, with its producer nested in it. An item is pulled from the
/// producer when a worker asks for one, by that worker's thread; so the consumer may end up there only if nothing else can come meanwhile.
/// </summary>
internal sealed partial class Crew<TIn, TOut> : Crew, IEnumerable<TOut>, IEnumerator<TOut>, IPassage
{
    // Pulled in advance, by helpers, for a consumer that takes part.
    private const int Stock = Haul<TIn>.Largest;

    private readonly Func<IEnumerable<TIn>, CancellationToken, IEnumerable<TOut>?> stage;
    private readonly CancellationTokenSource stopping;
    private readonly CrewWorker<TIn, TOut>[] workers;

    // The producer: whoever pulls.
    private readonly IEnumerable<TIn> items;
    private readonly Passages before;
    private ExecutionContext contextOfItems;
    private IEnumerator<TIn>? producer;

    // Guarded by the gate.
    private readonly NumberedQueue<TIn> stock = new(); // pulled, and nobody's
    private bool isInputOver;
    private bool isSourceQuick; // so that items for a sleeping consumer cost nobody his time
    private bool hasProducerEnded; // been disposed, or is being
    private bool asksAgain; // a generator has asked more than once for an output
    private bool makesMany; // or has made more than one of an item
    private long bound = Turns.Left; // of the numbers that count
    private bool hasFailedInput; // at the bound: what a worker does at the last item comes before that
    private Fault? failure; // at the bound
    private readonly List<Exception> ignored = []; // behind the bound
    private ITimer? grace;
    private int stuck = Nobody; // the first worker that was still inside when the consumer could not wait any longer

    // The consumer's. What it has in hand is apart, since it changes with each output.
    private readonly StrongBox<TOut> current = new();
    private bool isDisposed;
    private Exception? thrown;

    /// <param name="items">Makes the items, given the input of their producer.</param>
    /// <param name="plan">How many workers, how much room.</param>
    /// <param name="before">What was made for the producer.</param>
    /// <param name="worker">In whose worker all of this happens.</param>
    /// <param name="stage">The stage's function.</param>
    /// <param name="stopping">Signals the tokens of the stage and of its producer, once nobody needs their items.</param>
    public Crew(IEnumerable<TIn> items, CrewPlan plan, Passages before, Worker worker, Func<IEnumerable<TIn>, CancellationToken, IEnumerable<TOut>?> stage, CancellationTokenSource stopping)
        : base(worker, plan)
    {
        (this.items, this.before, this.stage, this.stopping) = (items, before, stage, stopping);
        var mine = OwnFlow.Leave();
        contextOfItems = mine.Context;
        workers = new CrewWorker<TIn, TOut>[plan.Workers];
        for (var index = 0; index < workers.Length; index++)
        {
            PipelineContext.Current = new PipelineContext(worker, index);
            workers[index] = new CrewWorker<TIn, TOut>(this, index, ExecutionContext.Capture()!);
        }

        mine.Return();
    }

    public TOut Current
    {
        get => current.Value!;
        private set => current.Value = value;
    }

    object? IEnumerator.Current => Current;

    public Exception? Swallowed => thrown;

    public bool HidesFailure => false; // it is asked for what the passages before it would tell

    public Exception? FailedDispose { get; private set; }

    // But for those who wait inside, and for one in the source who keeps nothing from others.
    protected override int Busy => Counts.AtWork + Attending - Parked - waitingInside - (IsWaitingForSource ? 1 : 0);

    // A generator that asks again might keep the consumer although that has an item for it.
    protected override bool HasSubstitute => asksAgain;

    protected override bool HasWork => (Parked > 0 && (stock.Count > 0 || !Counts.IsPulling)) || CanHelp;

    protected override bool HasWorkForConsumer => ConsumerHelps && Candidate() is { } worker && IsReadyForConsumer(worker);

    protected override bool AreAllParked => Parked > 0 && !IsAnyoneFree;

    // What waits may belong behind an item that is done with, although its worker has not asked for another. Or that worker makes more of it.
    protected override bool IsHeldUp =>
        Candidate() is { HasItem: true } worker && (Counts.Waiting > 0 ? Standings[FirstOutput()].FirstOutput > worker.Number : IsConsumerAway);

    // As long as there is a consumer who does what the others leave.
    private bool IsWaitingForSource => !IsConsumerTask && Counts.IsPulling && !Counts.IsConsumersPull && stock.Count == 0 && haul.IsOver && !isSourceQuick;

    private bool HasRoom => stock.Count + Counts.InHand < Plan.RoomBefore;

    // No more are pulled.
    private bool AreAllPulled => isInputOver || bound <= Turns.Idle;

    public IEnumerator<TOut> GetEnumerator()
    {
        Worker.Own(this);
        return this;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool MoveNext()
    {
        if (isDisposed)
            return false;
        using (Gate.Hold())
        {
            Proceed();
            while (!(IsToldToEnd || MustLeaveHere))
            {
                if (TryTake())
                    return true;
                if (IsOver)
                    break;
                if (!TryWork(Consumer) && !IsToldToEnd) // which it may have come to, calling for a helper
                    Consumer.Wait(yields: true);
            }
        }

        return End();
    }

    public IEnumerable<TOut> Start(CrewWorker<TIn, TOut> worker, CancellationToken token) => Refuse.Null(stage(worker, token), Plan.Stage);

    public void Reset() => throw new NotSupportedException("A pipeline's items flow past once.");

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        stopping.SignalApart(Worker.Stage.Run.Log);
        impatience.Unregister();
        TellToLeave();
        Worker.Reader.Alert();
        before.Guard(); // else who is in there asks nobody whether to leave
        Dismiss();
        CrewWorker<TIn, TOut>[] free;
        Exception[] late;
        using (Gate.Hold())
        {
            _ = TakeBack();
            stuck = Array.FindIndex(workers, static w => w.Thread is not null); // or Nobody
            free = Array.FindAll(workers, static w => w.Thread is null);
            if (thrown is null && failure is not null)
                ignored.Add(failure.Exception);
            late = [.. ignored];
        }

        if (stuck != Nobody)
            Worker.Stage.Run.FailWith(new Fault(new WorkerStuckException($"Stage '{Plan.Stage}', worker {stuck}, is still in user code, StopTimeout = {Worker.Stage.Run.Options.StopTimeout} after its consumer ended."), Worker, index: stuck));
        grace?.Dispose();
        foreach (var exception in late)
            LogIgnored(exception);
        End(free);
        foreach (var output in workers.SelectMany(static w => w.Outputs)) // stuck ones keep no more
            Undelivered.Dispose(output, Worker.Stage.Run.FailWith);
    }

    protected override bool TryWork(Seat seat)
    {
        var isConsumer = seat == Consumer;
        if (IsConsumerDue)
            return GoOnHere(seat);
        var worker = IsLeaving || Worker.IsStopping ? null : Candidate();
        if (worker is null || !(isConsumer ? IsReadyForConsumer(worker) : IsReadyForHelper(worker)))
        {
            if (IsConsumerAwaiting && LookAtStints() && CanTake(out _))
                return GoOnHere(seat);
            if (!(isConsumer && worker is not null && stock.HasComeBack) && TakeBack()) // else it cannot even use what has come back already
                return true;
            if (isConsumer)
                Employ(consumerWaits: true);
            return false;
        }

        Begin(worker, seat);
        worker.IsMeasured = Staffing.IsDue(Counts.Begun);
        if (worker.IsMeasured)
            seat.NoteProcessor();
        Gate.Exit();
        OwnFlow? mine = isConsumer ? OwnFlow.Leave() : null;
        var began = worker.IsMeasured ? Stopwatch.GetTimestamp() : 0;
        Fault? fault = null;
        var hasYielded = false;
        TOut output = default!;
        try
        {
            hasYielded = worker.Resume(stopping.Token, out output);
            if (hasYielded && !worker.HasItem && !worker.IsAtEnd)
                worker.IsReserved = TryGive(worker) && worker.HasItem; // an output before the first item belongs to that
        }
        catch (Exception e)
        {
            fault = new Fault(e, Worker, NumberInHand(worker), worker.Index); // here, since exceptions are user code, too
        }

        var ticks = worker.IsMeasured ? Stopwatch.GetTimestamp() - began - worker.Overhead : 0;
        mine?.Return();
        Gate.Enter();
        if (worker.IsMeasured)
            Staffing.Report(ticks / worker.Steps);
        _ = EndStint(worker, leavesNext: false);
        var isWanted = hasYielded && !worker.IsTold && stuck == Nobody && (!Plan.Ordered || worker.Number < bound);
        if (isWanted)
            Keep(worker, output);
        if (!hasYielded)
            OnEnded(worker, fault);
        else if (!isWanted)
            Drop(output);
        if (stuck != Nobody)
            EndLate(worker, fault?.Exception);
        Finish(worker, seat);
        return true;
    }

    protected override (int All, int Helpers) CountLingering()
    {
        var count = CountLingeringAttendants();
        var helpers = count;
        foreach (var worker in workers)
        {
            if (worker.Thread is not { } thread || !Lingers(thread))
                continue;
            isSourceQuick &= !worker.IsAsking;
            TakeBackForAll();
            if ((worker.IsAsking && stock.Count == 0 && !(IsConsumerTask && thread.IsInSource)) || thread.IsParked)
                continue;
            count++;
            if (thread != Consumer)
                helpers++;
        }

        return (count, helpers);
    }

    private void Finish(CrewWorker<TIn, TOut> worker, Seat seat)
    {
        Counts.AtWork--;
        if (seat == Consumer)
            ForgoConsumersPull();
        worker.Pause();
        Leave(seat);
        Change();
        if (!IsConsumerAwaiting) // else the seat's thread goes on with it
            TellConsumer();
    }

    // Under the gate, which it leaves meanwhile.
    private void Drop(TOut output)
    {
        Gate.Exit();
        Undelivered.Dispose(output, Worker.Stage.Run.FailWith);
        Gate.Enter();
    }

    private void Keep(CrewWorker<TIn, TOut> worker, TOut output)
    {
        makesMany |= worker.NoteMade(worker.Number);
        worker.Keep(output);
        Counts.Waiting++;
    }

    // Whose output is the earliest, if anybody has one.
    private int FirstOutput()
    {
        var all = Standings;
        var first = 0;
        for (var index = 1; index < all.Length; index++)
        {
            if (all[index].FirstOutput < all[first].FirstOutput)
                first = index;
        }

        return first;
    }

    private bool CanTake(out int from)
    {
        from = 0;
        if (Counts.Waiting == 0)
            return false;
        from = FirstOutput();
        if (!Plan.Ordered)
            return true;
        var number = Standings[from].FirstOutput;
        if (number >= bound || stock.HasBefore(number))
            return false;
        foreach (ref readonly var worker in Standings)
        {
            if (worker.Number < number)
                return false;
        }

        return true;
    }

    private bool TryTake()
    {
        if (!CanTake(out var from) && !(LookAtStints() && CanTake(out from)))
            return false;
        Current = workers[from].Take();
        Standings[from].IsConsumed = true;
        Counts.Consumed = from;
        Counts.Waiting--;
        return true;
    }

    // The consumer wants another one.
    private void Proceed()
    {
        if (Counts.Consumed != Nobody)
            LetGo();
        if (2 * Counts.Waiting <= Plan.RoomBehind || !Staffing.ConsumerHelps)
            Employ(consumerWaits: false);
    }

    private void LetGo()
    {
        Standings[Counts.Consumed].IsConsumed = false;
        Counts.Consumed = Nobody;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<TOut>())
            Current = default!;
        Change();
    }

    private void NoteFailedDispose(Exception? exception)
    {
        if (exception is not null && !Fault.IsAnswerTo(exception, stopping.Token))
            FailedDispose ??= exception;
    }

    private void LogIgnored(Exception? exception)
    {
        if (exception is not null && exception is not PipelineStoppedException)
            Worker.Stage.Run.Log.IgnoredAfterEnd(Plan.Stage, Worker.Index, exception);
    }

    // By the thread that was stuck in that worker, under the gate, which it leaves meanwhile.
    private void EndLate(CrewWorker<TIn, TOut> worker, Exception? exception)
    {
        Gate.Exit();
        LogIgnored(exception);
        End([worker]);
        Gate.Enter();
    }

    /// <summary>Ends workers that nobody else is inside, and the producer unless somebody is in there, who then does it; disposes what waited for them.</summary>
    private void End(CrewWorker<TIn, TOut>[] free)
    {
        bool endsProducer;
        TIn[] left;
        using (Gate.Hold())
        {
            endsProducer = !Counts.IsPulling && !hasProducerEnded;
            hasProducerEnded |= endsProducer;
            left = [.. stock.Items];
            stock.Clear();
        }

        var mine = OwnFlow.Leave();
        foreach (var worker in free)
        {
            NoteFailedDispose(worker.EndGenerator());
            worker.Leave(stock: null);
        }

        if (endsProducer)
        {
            ExecutionContext.Restore(contextOfItems);
            NoteFailedDispose(DisposeProducer());
        }

        mine.Return();
        foreach (var item in free.SelectMany(static w => w.Untaken).Concat(left))
            Undelivered.Dispose(item, Worker.Stage.Run.FailWith);
    }
}
