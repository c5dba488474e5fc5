using System.Runtime.CompilerServices;
using Penstock.Runs;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>Reads from a link: frees the slot of the last item, then takes the next one or waits for it.</summary>
internal sealed class LinkReader<T>(Link<T> link, Worker worker) : Reader<T>(worker), ICondition
{
    private readonly Turns? turns = worker.Stage.Turns;

    public override bool MoveNext()
    {
        if (TryMoveNext())
            return true;
        return MoveNextSlowAsync().Wait();
    }

    public override ValueTask<bool> MoveNextAsync() => TryMoveNext() ? new ValueTask<bool>(true) : MoveNextSlowAsync();

    public override async ValueTask<bool> ReserveAsync()
    {
        var reserved = await MoveNextSlowAsync().ConfigureAwait(false);
        redeliver = reserved;
        return reserved;
    }

    public override void Finish()
    {
        if (!HasItem)
            return;
        Free();
        turns?.Show(Worker.Index, Turns.Idle);
    }

    bool ICondition.IsMet() => Worker.MayNotTake || link.HasItem() || link.IsCompleted || IsInterrupted;

    private bool TryMoveNext()
    {
        if (redeliver || Worker.MayNotTake || IsInterruptible)
            return false;
        if (HasItem)
            Free();
        return TryTake();
    }

    private bool TryTake()
    {
        if (!link.TryTake(turns, Worker.Index, ref taken))
            return false;
        HasItem = true;
        Worker.OnItemTaken();
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> MoveNextSlowAsync()
    {
        if (Worker.MayNotTake)
            throw StopException();
        if (redeliver)
        {
            redeliver = false;
            return true;
        }

        if (HasItem)
            Free();
        while (!IsAtEnd && !IsInterrupted)
        {
            var completed = link.IsCompleted; // read before the last look: what was handed on before it is seen
            if (TryTake())
            {
                if (link.Consumers.HasWaiting && link.HasItem())
                    link.Consumers.WakeOne();
                return true;
            }

            if (completed)
            {
                End();
                continue;
            }

            turns?.Show(Worker.Index, Turns.Idle);
            await Worker.WaitAsync(link.Consumers, WorkerState.Starved, this).ConfigureAwait(false);
            if (Worker.MayNotTake)
                throw StopException();
        }

        return false;
    }

    private void End()
    {
        if (link.Fault is { } fault)
        {
            Worker.Stage.Inherit(fault);
            throw StopException();
        }

        IsAtEnd = true;
        turns?.Show(Worker.Index, Turns.AfterTheEnd(Worker.Index));
    }

    private void Free()
    {
        HasItem = false;
        var size = taken.Size;
        var lineage = taken.Lineage;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            taken = default;
        link.FreeSlot(size);
        lineage?.Release();
    }
}
