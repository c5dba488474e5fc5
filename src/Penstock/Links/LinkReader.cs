using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Penstock.Runs;
using Penstock.Stages.Ahead;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>Reads from a link: frees the slot of the last item, then takes the next one or waits for it.</summary>
internal sealed class LinkReader<T>(Link<T> link, Worker worker) : Reader<T>(worker), ICondition
{
    private readonly Turns? turns = worker.Stage.Turns;
    private readonly Lead? lead = worker.Stage.Lead;

    // Used only by the worker that owns this reader: whether it waits for items, or to be let in.
    private bool isInReserve;
    private bool hasOutput; // in hand, that needs an item to belong to
    private bool isAwaited;
    private long lastLook;

    public override bool MoveNext()
    {
        if (TryMoveNext())
            return true;
        return MoveNextSlowAsync().Wait();
    }

    public override ValueTask<bool> MoveNextAsync() => isAwaited ? throw Overlap() : TryMoveNext() ? new ValueTask<bool>(true) : MoveNextSlowAsync();

    public override async ValueTask<bool> ReserveAsync()
    {
        if (isAwaited)
            throw Overlap();
        hasOutput = true;
        redeliver = IsReserved = await MoveNextSlowAsync().ConfigureAwait(false);
        hasOutput = false;
        return IsReserved;
    }

    public override void Finish()
    {
        IsReserved = false;
        if (!HasItem)
            return;
        Free();
        turns?.Show(Worker.Index, Turns.Idle);
    }

    bool ICondition.IsMet()
    {
        if (Worker.MayNotTake || IsInterrupted || Worker.MustLeaveHere)
            return true;
        if (isInReserve && lead!.NeedsSomebody(Worker.Stage))
            return true;
        return link.HasItems ? !isInReserve : link.IsCompleted;
    }

    bool ICondition.IsWorthwhile() => ((ICondition)this).IsMet() && (link.IsCompleted || Worker.MayNotTake || link.IsWorthTaking(ref lastLook));

    /// <summary>Takes over an item that a process died on.</summary>
    public void Adopt(int slot, long number)
    {
        ((SharedLink<T>)link).Adopt(slot, number, Worker.Index, ref taken);
        HasItem = true;
        Worker.ItemSpan?.Begin();
        OnReceived();
    }

    private bool TryMoveNext()
    {
        HasAsked = true;
        if (redeliver || Worker.MayNotTake || IsInterruptible)
            return false;
        if (HasItem)
            Free();
        return TryTake();
    }

    private bool TryTake()
    {
        if ((lead is not null && !lead.TryTakePlace(Worker.Index)) || !link.TryTake(turns, Worker.Index, ref taken))
            return false;
        HasItem = true;
        OnReceived();
        lead?.OnTaken();
        Worker.OnItemTaken();
        return taken.Unreadable is null || PassOver();
    }

    // The item in hand cannot be read. Where items are tracked, a stage of the engine, which has no policy, fails what it descends from; any
    // other stage fails on it as if it had thrown itself.
    private bool PassOver()
    {
        if (Worker.HasPolicy || !Worker.Stage.Run.TracksItems || Worker.Stage.Run.Report is not null)
            ExceptionDispatchInfo.Throw(taken.Unreadable!);
        taken.Lineage?.Fail(taken.Unreadable!);
        Free();
        return TryTake();
    }

    private InvalidOperationException Overlap() => new(
        $"The next item was asked for while the one before was still awaited, in {(Worker.Stage.IsCaller ? "the loop over the results" : $"stage '{Worker.Stage.Name}'")}. Await each MoveNextAsync before the next.");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> MoveNextSlowAsync()
    {
        Worker.OnAsking();
        if (Worker.IsStopping || (Worker.MayNotTake && !redeliver))
            throw StopException(); // an item in hand is still finished when the stage has ended behind it
        if (Worker.MustLeaveHere)
            throw StopOnThisThread();
        if (redeliver)
        {
            redeliver = IsReserved = false;
            return taken.Unreadable is null || PassOver();
        }

        if (HasItem)
            Free();
        while (!IsAtEnd && !IsInterrupted)
        {
            var completed = link.IsCompleted; // read before the last look: what was handed on before it is seen
            if (TryTake())
            {
                PassWakeUpOn();
                return true;
            }

            if (completed && !link.HasItems)
            {
                if (!IsInterrupted) // asked again: what completed a gathering's item may have come just before the end, or the fault
                    End();
                continue;
            }

            turns?.Show(Worker.Index, Turns.Idle);
            isAwaited = true;
            await WaitForItemAsync().ConfigureAwait(false);
            isAwaited = false;
            if (!Worker.MayNotTake && !Worker.MustLeaveHere)
                continue;
            PassWakeUpOn();
            throw Worker.MayNotTake ? StopException() : StopOnThisThread();
        }

        PassWakeUpOn();
        return false;
    }

    // The wake-up for an item may have come to this worker, which goes on with another one, or without.
    private void PassWakeUpOn()
    {
        if (link.Consumers.HasWaiting && link.HasItems)
            link.Consumers.WakeOne();
    }

    private ValueTask WaitForItemAsync()
    {
        if (Pump.On(Worker) is { } pump)
        {
            pump.WaitFor(this, link.Consumers);
            return default;
        }

        return lead is null || lead.TryTakePlace(Worker.Index) ? Worker.WaitAsync(link.Consumers, WorkerState.Starved, this) : WaitInReserveAsync(lead);
    }

    // Until the worker may take items, or there are no more for anybody.
    private async ValueTask WaitInReserveAsync(Lead lead)
    {
        if (!hasOutput)
            Worker.ReturnSlot(); // those that take items may need it
        PassWakeUpOn();
        isInReserve = true;
        while (!Worker.MayNotTake && !IsInterrupted && (link.HasItems || !link.IsCompleted) && !lead.TryTakePlace(Worker.Index))
        {
            if (lead.IsSentinel(Worker.Index))
            {
                await Worker.WaitAsync(lead.Reserve, WorkerState.Spare, this, Lead.SentinelPeriod).ConfigureAwait(false);
                if (lead.Look(Worker.Index, Worker.Stage))
                    continue;
            }

            await Worker.WaitAsync(lead.Reserve, WorkerState.Spare, this).ConfigureAwait(false);
        }

        isInReserve = false;
        Worker.Times.MeasureBusy(); // looking after others is no part of what its items cost
        if (!Worker.MayNotTake)
            await Worker.TakeSlotAsync().ConfigureAwait(false);
    }

    private void End()
    {
        lead?.Leave(Worker.Index);
        if (link.Fault is { } fault)
            throw Pump.Meet(Worker, fault);
        if (Worker.IsStopping) // as the producer was, later
            throw StopException();
        IsAtEnd = true;
        turns?.Show(Worker.Index, Turns.AfterTheEnd(Worker.Index));
    }

    private void Free()
    {
        HasItem = false;
        var (slot, size) = (taken.Slot, taken.Size);
        var lineage = taken.Lineage;
        if (lineage is not null)
            Worker.ItemSpan?.End();
        OnDone();
        taken.Lineage = null; // an output without an item must not use it again
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            taken = default;
        link.FreeSlot(slot, size);
        lineage?.Release();
    }
}
