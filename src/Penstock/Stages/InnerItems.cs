using System.Collections;
using System.Runtime.CompilerServices;
using Penstock.Stages.Ahead;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>
/// The items at a place inside a worker: between two stages of a fused group, or in front of an operator that may let nothing
/// pass. Sees to it that there is one enumerator, that it is disposed, and that it can be stopped.
/// </summary>
/// <param name="items">The items that come to this place.</param>
/// <param name="worker">Whose place it is.</param>
/// <param name="isSource">Whether only a source is before this place. Its items end here when it is drained, so that what is behind finishes.</param>
internal sealed class InnerItems<T>(IEnumerable<T> items, Worker worker, bool isSource) : IEnumerable<T>, IInput
{
    private bool enumerated;

    /// <summary>How far what is before this place may run ahead of what is behind it; null for not at all.</summary>
    public Headroom? Ahead { get; init; }

    /// <summary>Signals the token of what is before this place; where that may run ahead.</summary>
    public CancellationTokenSource? Stopping { get; init; }

    public Worker Worker => worker;

    public IEnumerator<T> GetEnumerator()
    {
        if (enumerated)
            throw new InvalidOperationException($"Stage '{worker.Stage.Name}' enumerates its input a second time, but a pipeline's items flow past once.");
        enumerated = true;
        var enumerator = items.GetEnumerator();
        Passage passage = isSource ? new BehindSource(enumerator, worker) : new BehindStage(enumerator, worker);
        if (Ahead is var (stage, maxInFlight))
            return Owned(new RunAhead<T>(passage, worker, stage, maxInFlight, Stopping!));
        return Owned(passage);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private TPassage Owned<TPassage>(TPassage passage)
        where TPassage : IPassage
    {
        worker.Own(passage);
        return passage;
    }

    // All of this is paid per item, on top of a function call. So nothing is asked on the way: whoever tells the worker something
    // exchanges the enumerator that is passed on for one that asks. The two kinds share no code that runs per item: the compiler
    // optimises each for the one kind of enumerator behind it.
    //
    // MoveNext is a loop that never goes round, since the runtime profiles methods with loops from their first call on, and others only
    // later. A consumer that is compiled while its own loop runs, as a sink is, then has all the stages before it inlined.
    internal abstract class Passage(IEnumerator<T> items, Worker worker) : IEnumerator<T>, IPassage
    {
        private IEnumerator<T> items = items;
        private bool isDisposed;

        public T Current { get; protected set; } = default!;

        object? IEnumerator.Current => Current;

        // Volatile, since a loop that has all of this inlined might otherwise read it once.
        protected IEnumerator<T> Items => Volatile.Read(ref items);

        protected abstract bool IsBehindSource { get; }

        public abstract bool MoveNext();

        public void Guard()
        {
            if (items is not Guarded)
                Volatile.Write(ref items, new Guarded(items, worker, IsBehindSource));
        }

        public void Reset() => throw new NotSupportedException("A pipeline's items flow past once.");

        // By whoever enumerates, and by the worker in case a stage does not.
        public void Dispose()
        {
            if (isDisposed)
                return;
            isDisposed = true;
            Items.Dispose();
        }
    }

    private sealed unsafe class BehindSource(IEnumerator<T> items, Worker worker) : Passage(items, worker)
    {
        private readonly WorkerRecord* record = worker.Record;

        protected override bool IsBehindSource => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public override bool MoveNext()
        {
            var source = Items;
            record->ItemsAskedFor = record->ItemsIn + 1;
            while (source.MoveNext())
            {
                record->ItemsIn++;
                Current = source.Current;
                return true;
            }

            record->ItemsAskedFor = 0;
            Current = default!;
            return false;
        }
    }

    private sealed class BehindStage(IEnumerator<T> items, Worker worker) : Passage(items, worker)
    {
        protected override bool IsBehindSource => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public override bool MoveNext()
        {
            var stage = Items;
            while (stage.MoveNext())
            {
                Current = stage.Current;
                return true;
            }

            Current = default!;
            return false;
        }
    }

    /// <summary>Asks before each item whether it may come.</summary>
    private sealed class Guarded(IEnumerator<T> items, Worker worker, bool isSource) : IEnumerator<T>
    {
        public T Current => items.Current;

        object? IEnumerator.Current => Current;

        public bool MoveNext() => !worker.EndsInside(isSource) && items.MoveNext();

        public void Reset() => items.Reset();

        public void Dispose() => items.Dispose();
    }
}
