using Penstock.Runs;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>Reads by driving the upstream worker on the reader's own thread: plain composition, one item at a time.</summary>
internal sealed class InlineReader<T>(Worker<T> upstream, Worker worker) : Reader<T>(worker)
{
    private long count;
    private bool isUpstreamOver;

    public override bool MoveNext() => MoveNextAsync().Wait();

    public override ValueTask<bool> MoveNextAsync()
    {
        HasAsked = true;
        return TakeNextAsync();
    }

    public override async ValueTask<bool> ReserveAsync()
    {
        redeliver = IsReserved = await TakeNextAsync().ConfigureAwait(false);
        return IsReserved;
    }

    public override void Finish()
    {
        IsReserved = false;
        if (!HasItem)
            return;
        HasItem = false;
        OnDone();
        Worker.ItemSpan?.End();
        var lineage = taken.Lineage;
        taken = default;
        lineage?.Release();
    }

    private async ValueTask<bool> TakeNextAsync()
    {
        if (Worker.MayNotTake)
            throw StopException();
        if (redeliver)
        {
            redeliver = IsReserved = false;
            return true;
        }

        Finish();
        if (IsAtEnd || IsInterrupted)
            return false;

        if (!isUpstreamOver && await AskUpstreamAsync().ConfigureAwait(false))
        {
            taken = new Taken<T> { Item = upstream.Current, Number = count++, Lineage = upstream.Stage.CarriesLineage ? upstream.Lineage : null };
            taken.Lineage?.Retain();
            HasItem = true;
            OnReceived();
            upstream.ItemsOut++;
            Worker.OnItemTaken();
            return true;
        }

        isUpstreamOver = true;
        if (IsInterrupted)
            return false; // what a gathering has made meanwhile comes before the end, or the fault

        if (upstream.Stage.Fault is { } fault)
        {
            Worker.Stage.Inherit(fault);
            throw StopException();
        }

        if (Worker.MayNotTake)
            throw StopException();
        IsAtEnd = true;
        return false;
    }

    private async ValueTask<bool> AskUpstreamAsync()
    {
        upstream.EnterContext();
        if (upstream.MayNotProduce)
            return false;
        var more = await upstream.MoveNextAsync().ConfigureAwait(false);
        if (!upstream.IsAsynchronous) // else this is what came back from an await, not the generator's
            upstream.KeepContext();
        return more;
    }
}
