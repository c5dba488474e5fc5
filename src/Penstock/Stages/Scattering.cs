using System.Diagnostics;
using Penstock.Buffers;
using Penstock.Faults;
using Penstock.Links;
using Penstock.Runs;
using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>
/// The two ends of a ScatterGather in one run, and the items open between them, in the order in which they came. The scattering
/// end opens no item beyond the limit; the gathering end frees the slots of parts while it waits, so the parts always find a way out.
/// Where items are tracked, a small one does not wait for a large one before it, and what fails on an item fails it alone.
/// </summary>
internal sealed partial class Scattering<T>(int maxOpen) : Lineages, ICondition, IHolder
{
    /// <summary>Whether the items are tracked. Set while the run is built.</summary>
    public bool IsTracked { get; set; }

    public override bool KeepsOrder => !IsTracked;

    private readonly Lock gate = new();

    // Guarded by the gate: in the order in which they came, and by number.
    private readonly List<OpenItem<T>> open = [];
    private readonly Dictionary<long, OpenItem<T>> byNumber = [];
    private bool isClosed;
    private Worker? scatterer;
    private Worker? gatherer;
    private Func<ValueTask<bool>>? gatherForScatterer;

    private OpenItem<T>? Completed
    {
        get
        {
            lock (gate)
                return open.Take(IsTracked ? maxOpen : 1).FirstOrDefault(i => i.IsComplete(this));
        }
    }

    public override Lineage? Find(long family, int position, ActivityContext trace) => OpenItemOf(family)?.PartAt(position);

    protected override Worker? AtTheEnd => Volatile.Read(ref gatherer);

    public IEnumerable<TPart> Scatter<TPart>(Reader<T> items, Func<T, IEnumerable<TPart>> scatter)
    {
        Volatile.Write(ref scatterer, items.Worker);
        while (true)
        {
            WaitForRoom();
            if (!items.MoveNext())
                break;
            var item = Open(items);
            var position = 0;
            foreach (var part in PartsOf(item, scatter))
            {
                var lineage = item.PartAt(position++);
                lineage.Retain(); // until it is handed on
                scatterer.Lineage = lineage;
                var before = scatterer.ItemsOut;
                try
                {
                    yield return part;
                }
                finally
                {
                    if (item.Held is { } held && !(scatterer.ItemsOut > before && IsOnlyCopied(items, part)))
                        held.LetGo(part);
                    scatterer.Lineage = null;
                    lineage.Release();
                }
            }

            item.Release();
        }
    }

    public IEnumerable<TOut> Gather<TDone, TOut>(Reader<TDone> done, Func<T, IReadOnlyList<TDone>, TOut> gather)
    {
        var ready = new Queue<(OpenItem<T> Item, TOut Output)>(); // gathered, not yielded; several only in a sequential run
        Volatile.Write(ref gatherer, done.Worker);
        gatherForScatterer = GatherForScattererAsync;
        done.Interrupt = () =>
        {
            if (CrossProcesses)
                OnIdle(); // woken by a process, which cannot wake who holds parts back
            return ready.Count > 0 || Completed is not null;
        };
        var isAtEnd = false;
        try
        {
            while (true)
            {
                if (ready.TryDequeue(out var gathered))
                {
                    gatherer!.Lineage = gathered.Item.Outer;
                    yield return gathered.Output;
                    gatherer.Lineage = null;
                    Close(gathered.Item);
                }
                else if (Completed is { } item)
                {
                    GatherNow(item);
                }
                else if (done.MoveNext())
                {
                    Collect(done);
                }
                else if (done.IsAtEnd && ready.Count == 0 && Completed is null)
                {
                    break;
                }
            }

            if (open.Count > 0)
            {
                throw new InvalidOperationException(
                    $"Stage '{gatherer!.Stage.Name}': the inner pipeline ended before its input did, so {open.Count} items cannot be gathered. "
                    + "Let every inner stage take all its items.");
            }

            isAtEnd = true;
        }
        finally
        {
            if (!isAtEnd)
                gatherer!.Stage.Run.OnEndingEarly(); // before what is open is dropped
            foreach (var (item, output) in ready)
            {
                Undelivered.Dispose(output, gatherer!.Stage.Run.FailWith);
                item.Outer?.Release();
            }

            foreach (var item in CloseAll())
            {
                DisposeCollected<TDone>(item);
                item.Outer?.Release();
            }
        }

        void GatherNow(OpenItem<T> item)
        {
            if (item.Failure is { } failure)
            {
                GiveUp(item, failure);
                DisposeCollected<TDone>(item);
                Close(item);
                return;
            }

            gatherer!.Lineage = item.Outer;
            var results = Results<TDone>(item);
            (item.Held, item.Collected) = (null, null); // both are the user's now
            if (TryGather(item, results, gather, out var output))
                ready.Enqueue((item, output));
            else
                Close(item);
            gatherer.Lineage = null;
        }

        // Asynchronous, so that the AsyncLocals of the scattering worker are put back.
        async ValueTask<bool> GatherForScattererAsync()
        {
            gatherer!.EnterContext();
            if (Completed is not { } item)
                return false;
            try
            {
                GatherNow(item);
            }
            catch (Exception exception)
            {
                new Fault(exception, gatherer, item.Number).Throw(); // though it ends the scattering stage
            }

            Remove(item);
            return true;
        }
    }

    /// <summary>To be called when the run is over. Not before, since parts may be views of their item, and the scattering may be at it.</summary>
    public void DisposeUndelivered(Action<Exception> onError)
    {
        foreach (var item in CloseAll())
            item.Held?.Dispose(onError);
    }

    // What crosses to another process is copied, and then disposed, but not the item in hand.
    private bool IsOnlyCopied<TPart>(Reader<T> items, TPart part) =>
        scatterer!.Stage.Output is { CopiesItems: true } && ReferenceEquals(part, items.Current);

    private IEnumerable<TPart> PartsOf<TPart>(OpenItem<T> item, Func<T, IEnumerable<TPart>> scatter)
    {
        var parts = Try(item, () => (scatter(item.Item) ?? throw new InvalidOperationException(
            $"Stage '{scatterer!.Stage.Name}' returned null instead of parts. Return an empty sequence if there are none.")).GetEnumerator());
        if (parts is null)
            yield break;
        try
        {
            Func<bool> moveNext = () =>
            {
                if (scatterer!.ItemSpan is { } span)
                    Activity.Current = span.Current;
                return parts.MoveNext();
            };
            while (!(IsTracked && item.Failure is not null) && Try(item, moveNext)) // the other parts of what has failed are not worth it
                yield return parts.Current;
        }
        finally
        {
            Try(item, () =>
            {
                parts.Dispose();
                return true;
            });
        }
    }

    private bool TryGather<TDone, TOut>(OpenItem<T> item, TDone[] results, Func<T, IReadOnlyList<TDone>, TOut> gather, out TOut gathered)
    {
        var span = item.Ticket is { } ticket ? gatherer!.Stage.Run.Trace.StartItem(gatherer, ticket.Trace, gatherer.Stage.Run.Time.GetUtcNow()) : null;
        gathered = Try(item, () => gather(item.Item, results))!;
        if (span is not null)
            gatherer!.Stage.Run.Trace.EndItem(span, item.Failure);
        if (item.Failure is not { } failure)
            return true;
        GiveUp(item, failure);
        return false;
    }

    // Where items are not tracked, the stage has no policy: what the user's function throws ends it.
    private TResult? Try<TResult>(OpenItem<T> item, Func<TResult> function)
    {
        try
        {
            return function();
        }
        catch (Exception exception) when (IsTracked)
        {
            item.Fail(exception);
            return default;
        }
    }

    private static List<(int Position, TDone Result)> ListOf<TDone>(OpenItem<T> item) =>
        (List<(int Position, TDone Result)>)(item.Collected ??= new List<(int, TDone)>());

    // Parts may arrive in any order; OrderBy is stable, so what one part became keeps its order.
    private static TDone[] Results<TDone>(OpenItem<T> item) => [.. ListOf<TDone>(item).OrderBy(r => r.Position).Select(r => r.Result)];

    private void Collect<TDone>(Reader<TDone> done)
    {
        if (done.Lineage is { } lineage && OpenItemOf(lineage.Family) is { } owner)
            ListOf<TDone>(owner).Add((lineage.Position, Hands.Keep(done.Current)));
        else
            throw new InvalidOperationException($"Stage '{gatherer!.Stage.Name}' got a result that belongs to no part: inner stages yield only while they hold one.");
    }

    private void GiveUp(OpenItem<T> item, Exception failure)
    {
        item.Held = null; // it is the dead letter's
        gatherer!.DeadLetters++;
        gatherer.Stage.Run.DeadLetters.Add(new DeadLetter
        {
            Item = item.Item,
            Stage = gatherer.Stage.Name,
            Worker = 0,
            Number = item.Number,
            Exception = failure,
            Delivered = 0,
            Attempts = 1,
        });
    }

    private void DisposeCollected<TDone>(OpenItem<T> item)
    {
        foreach (var (_, result) in ListOf<TDone>(item))
            Undelivered.Dispose(result, gatherer!.Stage.Run.FailWith);
    }

    private OpenItem<T> Open(Reader<T> items)
    {
        items.Lineage?.Retain(); // asking for the next item releases it
        var kept = Hands.Keep(items.Current);
        var item = new OpenItem<T>(kept, items.Number, items.Lineage, OnCompleted) { Held = Holding.Of(kept) };
        lock (gate)
        {
            open.Add(item);
            if (!isClosed)
            {
                byNumber.Add(item.Number, item);
                return item;
            }
        }

        item.Outer?.Release();
        return item;
    }

    // The scattering end may still open an item before it learns that nobody gathers.
    private OpenItem<T>[] CloseAll()
    {
        lock (gate)
        {
            isClosed = true;
            byNumber.Clear();
            return [.. open];
        }
    }

    private void Close(OpenItem<T> item)
    {
        item.Outer?.Release();
        Remove(item);
        scatterer?.Waiter.Wake();
    }

    private void Remove(OpenItem<T> item)
    {
        lock (gate)
        {
            open.Remove(item);
            byNumber.Remove(item.Number);
        }
    }

    private void OnCompleted(OpenItem<T> item)
    {
        Interlocked.MemoryBarrier();
        Wake();
    }

    private OpenItem<T>? OpenItemOf(long number)
    {
        lock (gate)
            return byNumber.GetValueOrDefault(number);
    }
}
