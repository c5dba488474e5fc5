using System.Collections;
using Penstock.Links;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>
/// The items between two stages of a fused group. Costs one look at the worker's gate an item; sees to it that there is one
/// enumerator, that it is disposed, and that it can be stopped.
/// </summary>
internal sealed class FusedItems<T> : IEnumerable<T>
{
    private readonly IEnumerable<T> items;
    private readonly Worker worker;
    private readonly bool isSource;
    private bool enumerated;

    private FusedItems(IEnumerable<T> items, Worker worker, bool isSource)
    {
        this.items = items;
        this.worker = worker;
        this.isSource = isSource;
    }

    public static IEnumerable<T> Between<TIn>(IEnumerable<TIn> input, IEnumerable<T>? items, bool isSource, string name)
    {
        if (items is null)
            throw new InvalidOperationException($"Stage '{name}' returned null instead of items. Return an empty sequence if there are none.");
        return new FusedItems<T>(items, ((Reader)input).Worker, isSource); // a worker starts its body with its reader
    }

    public IEnumerator<T> GetEnumerator()
    {
        if (enumerated)
            throw new InvalidOperationException($"Stage '{worker.Stage.Name}' enumerates its input a second time, but a pipeline's items flow past once.");
        enumerated = true;
        var enumerator = items.GetEnumerator();
        worker.Own(enumerator);
        return isSource ? new SourceItems(enumerator, worker) : new StageItems(enumerator, worker);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Looks at the worker's gate before each item, as a link's reader does.</summary>
    private sealed class SourceItems(IEnumerator<T> items, Worker worker) : IEnumerator<T>
    {
        public T Current => items.Current;

        object? IEnumerator.Current => items.Current;

        // Small enough to be inlined, with everything unusual elsewhere.
        public bool MoveNext()
        {
            if (worker.IsTold)
                return Obey();
            worker.ItemsIn++;
            worker.IsInFusedSource = true;
            var more = items.MoveNext();
            worker.IsInFusedSource = false;
            return more;
        }

        public void Reset() => throw new NotSupportedException("A pipeline's items flow past once.");

        public void Dispose() => items.Dispose();

        private bool Obey()
        {
            if (worker.IsStopping)
                throw worker.Reader.StopException();
            return !worker.IsDraining && items.MoveNext();
        }
    }

    /// <summary>The same between two stages: one item may become endlessly many, so the gate behind the source is not enough.</summary>
    private sealed class StageItems(IEnumerator<T> items, Worker worker) : IEnumerator<T>
    {
        public T Current => items.Current;

        object? IEnumerator.Current => items.Current;

        public bool MoveNext() => worker.IsStopping ? throw worker.Reader.StopException() : items.MoveNext();

        public void Reset() => throw new NotSupportedException("A pipeline's items flow past once.");

        public void Dispose() => items.Dispose();
    }
}
