using System.Collections;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>
/// The items at a place inside a worker: between two stages of a fused group, or in front of an operator that may let nothing
/// pass. Costs one look at the worker's gate an item; sees to it that there is one enumerator, that it is disposed, and that it can be stopped.
/// </summary>
/// <param name="items">The items that come to this place.</param>
/// <param name="worker">Whose place it is.</param>
/// <param name="isSource">Whether only a source is before this place. Its items end here when it is drained, so that what is behind finishes.</param>
internal sealed class InnerItems<T>(IEnumerable<T> items, Worker worker, bool isSource) : IEnumerable<T>, IInput
{
    private bool enumerated;

    public Worker Worker => worker;

    public IEnumerator<T> GetEnumerator()
    {
        if (enumerated)
            throw new InvalidOperationException($"Stage '{worker.Stage.Name}' enumerates its input a second time, but a pipeline's items flow past once.");
        enumerated = true;
        var enumerator = items.GetEnumerator();
        Watched watched = isSource ? new BehindSource(enumerator, worker) : new BehindStage(enumerator, worker);
        worker.Own(watched);
        return watched;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // The two kinds are classes of their own, with the record at hand: all this is paid per item, on top of a function call.
    private abstract unsafe class Watched(IEnumerator<T> items, Worker worker) : IEnumerator<T>
    {
        protected readonly IEnumerator<T> items = items;
        protected readonly Worker worker = worker;
        protected readonly WorkerRecord* record = worker.Record;
        private bool isDisposed;

        public T Current => items.Current;

        object? IEnumerator.Current => items.Current;

        public abstract bool MoveNext();

        public void Reset() => throw new NotSupportedException("A pipeline's items flow past once.");

        // By whoever enumerates, and by the worker in case a stage does not.
        public void Dispose()
        {
            if (isDisposed)
                return;
            isDisposed = true;
            items.Dispose();
        }
    }

    private sealed unsafe class BehindSource(IEnumerator<T> items, Worker worker) : Watched(items, worker)
    {
        public override bool MoveNext()
        {
            if (Volatile.Read(ref record->Gate) != 0 && worker.EndsInside(isSource: true))
                return false;
            record->ItemsIn++;
            record->IsInInnerSource = true;
            var more = items.MoveNext();
            record->IsInInnerSource = false;
            return more;
        }
    }

    private sealed unsafe class BehindStage(IEnumerator<T> items, Worker worker) : Watched(items, worker)
    {
        public override bool MoveNext() =>
            (Volatile.Read(ref record->Gate) == 0 || !worker.EndsInside(isSource: false)) && items.MoveNext();
    }
}
