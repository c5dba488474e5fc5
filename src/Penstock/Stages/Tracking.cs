using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Penstock.Links;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>
/// Follows the items of a source, in one run, until nothing descends from them any more: all that they became has passed the last
/// stage, was filtered out, or was given up. Between these three stages of the engine the items carry their lineage.
/// </summary>
/// <typeparam name="TTicket">What stands for an item from its beginning to its end.</typeparam>
/// <param name="onFailed">Told at once of the first exception on which something that descends from a ticket was given up.</param>
internal sealed class Tracking<TTicket>(Action<TTicket, Exception> onFailed) : Lineages
{
    private readonly Lock gate = new();

    // Guarded by the gate: what has begun and not ended, by number.
    private readonly Dictionary<long, OpenItem<TTicket>> open = [];
    private long begun;

    // Without a descendant in this process. Where no other takes part, that is the end of them.
    private readonly ConcurrentQueue<OpenItem<TTicket>> completed = new();
    private Worker? settler;

    // Whoever waits for one ticket must not wait for another, too.
    public override bool KeepsOrder => false;

    public override Lineage? Find(long family, int position, ActivityContext trace) => OpenItemOf(family)?.PartAt(position);

    protected override Worker? AtTheEnd => Volatile.Read(ref settler);

    /// <summary>The source: lets the items in.</summary>
    /// <param name="worker">Its worker.</param>
    /// <param name="tickets">What is pulled; asked for the next one when there is a slot.</param>
    /// <param name="itemOf">What flows.</param>
    /// <param name="ct">Signalled when no more are to be pulled.</param>
    public async IAsyncEnumerable<T> Begin<T>(
        Worker worker, IAsyncEnumerable<TTicket> tickets, Func<TTicket, T> itemOf, [EnumeratorCancellation] CancellationToken ct)
    {
        var pulled = tickets.GetAsyncEnumerator(ct);
        await using var _ = pulled.ConfigureAwait(false);
        while (await NextAsync().ConfigureAwait(false))
        {
            var ticket = pulled.Current;
            var item = Open(ticket);
            var lineage = item.PartAt(0);
            lineage.Retain(); // until it is handed on
            worker.Lineage = lineage;
            try
            {
                yield return itemOf(ticket);
            }
            finally
            {
                worker.Lineage = null;
                lineage.Release();
                item.Release();
            }
        }

        // Until there is a ticket the worker has nothing to do: that must not make it the limit of the run.
        async ValueTask<bool> NextAsync()
        {
            worker.Times.Enter(WorkerState.Starved);
            try
            {
                return await pulled.MoveNextAsync().ConfigureAwait(false);
            }
            finally
            {
                worker.Times.Leave(WorkerState.Starved);
            }
        }
    }

    /// <summary>The last stage: gives what arrives to the user's function, with the ticket it descends from.</summary>
    public async IAsyncEnumerable<Nothing> Deliver<T>(
        Reader<T> items, Func<TTicket, T, CancellationToken, ValueTask> deliver, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in ((IAsyncEnumerable<T>)items).WithCancellation(ct).ConfigureAwait(false))
        {
            var owner = OpenItemOf(items.Lineage?.Family ?? -1) ?? throw new InvalidOperationException(
                $"Stage '{items.Worker.Stage.Name}' got an item that descends from none: stages yield only while they hold one.");
            if (owner.Failure is not null)
                continue; // the rest of it is not worth the sink's time
            try
            {
                Activity.Current = items.Worker.ItemSpan?.Current;
                await deliver(owner.Item, item, ct).ConfigureAwait(false);
            }
            catch (Exception exception) when (!ct.IsCancellationRequested)
            {
                items.Worker.ItemSpan?.Fail(exception);
                items.Lineage!.Fail(exception);
            }
        }

        yield break;
    }

    /// <summary>The sink: nothing arrives here; it tells of every ticket whose last descendant is gone.</summary>
    /// <param name="items">Waits.</param>
    /// <param name="settle">Told of the ticket. Must not throw.</param>
    public async IAsyncEnumerable<Nothing> Settle(Reader<Nothing> items, Func<TTicket, ValueTask> settle)
    {
        Volatile.Write(ref settler, items.Worker);
        items.Interrupt = () => HasEnded;
        var settling = new HashSet<Task>();
        var isAtEnd = false;
        while (!isAtEnd || Count > 0)
        {
            var ended = Ended();
            if (ended.Count == 0 && isAtEnd)
                throw new InvalidOperationException($"The pipeline ended before {Count} of its items did.");
            foreach (var item in ended)
            {
                Close(item);
                var settled = settle(item.Item);
                if (!settled.IsCompletedSuccessfully)
                    settling.Add(settled.AsTask());
            }

            settling.RemoveWhere(t => t.IsCompleted);
            if (!isAtEnd && !await items.MoveNextAsync().ConfigureAwait(false))
                isAtEnd = items.IsAtEnd;
        }

        await Task.WhenAll(settling).ConfigureAwait(false);
        yield break;
    }

    private int Count
    {
        get
        {
            lock (gate)
                return open.Count;
        }
    }

    private bool HasEnded => CrossProcesses ? Ended().Count > 0 : !completed.IsEmpty && !settler!.Stage.Run.MayDropItems;

    // In this order: first seen gone, then nothing dropped. From then on nothing can be told any more.
    private List<OpenItem<TTicket>> Ended()
    {
        var ended = new List<OpenItem<TTicket>>();
        if (CrossProcesses)
        {
            completed.Clear();
            lock (gate)
                ended.AddRange(open.Values.Where(i => i.IsComplete(this)));
        }
        else
        {
            while (completed.TryDequeue(out var item))
                ended.Add(item);
        }

        return settler!.Stage.Run.MayDropItems ? [] : ended;
    }

    private OpenItem<TTicket> Open(TTicket ticket)
    {
        lock (gate)
        {
            var item = new OpenItem<TTicket>(ticket, begun++, outer: null, OnCompleted, onFailed) { Ticket = ticket as ITicket };
            open.Add(item.Number, item);
            return item;
        }
    }

    private void Close(OpenItem<TTicket> item)
    {
        lock (gate)
            open.Remove(item.Number);
    }

    private void OnCompleted(OpenItem<TTicket> item)
    {
        completed.Enqueue(item);
        Interlocked.MemoryBarrier();
        Wake();
    }

    private OpenItem<TTicket>? OpenItemOf(long number)
    {
        lock (gate)
            return open.GetValueOrDefault(number);
    }
}
