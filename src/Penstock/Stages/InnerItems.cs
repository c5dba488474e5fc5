using System.Collections;
using System.Runtime.CompilerServices;
using Penstock.Faults;
using Penstock.Stages.Ahead;
using Penstock.Workers;

namespace Penstock.Stages;

/// <summary>
/// The items at a place inside a worker: between two stages of a fused group, or in front of an operator that may let nothing
/// pass. Sees to it that there is one enumerator, that it is disposed, and that it can be stopped.
/// </summary>
/// <param name="items">The items that come to this place.</param>
/// <param name="input">The input of what is before this place.</param>
/// <param name="isSource">Whether only a source is before this place. Its items end here when it is drained, so that what is behind finishes.</param>
internal sealed class InnerItems<T>(IEnumerable<T> items, IInput input, bool isSource) : IEnumerable<T>, IInput
{
    private readonly Worker worker = input.Worker;
    private bool enumerated;

    /// <summary>How far what is before this place may run ahead of what is behind it; null for not at all.</summary>
    public Headroom? Ahead { get; init; }

    /// <summary>The token of what is before this place.</summary>
    public required CancellationToken Token { get; init; }

    /// <summary>Signals the token of what is before this place; null where others do so, or it is that of what is behind as well.</summary>
    public CancellationTokenSource? Stopping { get; init; }

    public Worker Worker => worker;

    public void Own(IPassage passage) => input.Own(passage);

    public IEnumerator<T> GetEnumerator()
    {
        if (enumerated)
            throw new InvalidOperationException($"Stage '{worker.Stage.Name}' enumerates its input a second time, but a pipeline's items flow past once.");
        enumerated = true;
        var enumerator = items.GetEnumerator();
        if (isSource)
            worker.ItemsAskedFor = worker.ItemsIn; // another process may have died in the middle of asking
        Passage passage = isSource ? new BehindSource(enumerator, worker, Stopping, Token) : new BehindStage(enumerator, worker, Stopping, Token);
        if (Ahead is var (stage, maxInFlight))
            return Owned(new RunAhead<T>(passage, worker, stage, maxInFlight, Stopping!));
        return Owned(passage);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private TPassage Owned<TPassage>(TPassage passage)
        where TPassage : IPassage
    {
        input.Own(passage);
        return passage;
    }

    // All of this is paid per item, on top of a function call. So nothing is asked on the way: whoever tells the worker something
    // exchanges the enumerator that is passed on for one that asks. The two kinds share no code that runs per item: the compiler
    // optimises each for the one kind of enumerator behind it.
    //
    // Nor is an exception caught on its way, which would cost as much as all the rest: it is counted. A passage that has been asked more
    // often than it has answered when it comes to its end, or its worker does, had somebody behind it who caught the exception and took
    // the items before it for all.
    //
    // MoveNext and Current are loops that never go round, since the runtime profiles methods with loops from their first call on, and others
    // only later. A consumer that is compiled while its own loop runs, as a sink is, then has all the stages before it inlined. Nor is the item
    // kept here: to write it once more costs more than to ask for it again. Where the numbers are is known beforehand, not looked up in the record.
    internal abstract class Passage(IEnumerator<T> items, Worker worker, CancellationTokenSource? stopping, CancellationToken token) : IEnumerator<T>, IPassage
    {
        private IEnumerator<T> items = items;
        private bool hasEnded;
        private bool isDisposed;

        public abstract T Current { get; }

        object? IEnumerator.Current => Current;

        // Volatile, since a loop that has all of this inlined might otherwise read it once.
        protected IEnumerator<T> Items => Volatile.Read(ref items);

        public Exception? Swallowed => IsUnanswered ? Missing() : null;

        public bool HidesFailure => false; // whoever asks is there

        public Exception? FailedDispose { get; private set; }

        protected abstract bool IsBehindSource { get; }

        /// <summary>Whether an exception has gone through it.</summary>
        protected abstract bool IsUnanswered { get; }

        public abstract bool MoveNext();

        public void Guard()
        {
            if (items is not Guarded)
                Volatile.Write(ref items, new Guarded(items, worker, IsBehindSource));
            if (worker.IsStopping)
                stopping?.SignalApart(worker.Stage.Run.Log); // at once: the worker's own token tells it on a thread of the pool, when one is free
        }

        public void Reset() => throw new NotSupportedException("A pipeline's items flow past once.");

        // By whoever enumerates, and by the worker in case a stage does not.
        public void Dispose()
        {
            if (isDisposed)
                return;
            isDisposed = true;
            if (!hasEnded)
                stopping?.SignalApart(worker.Stage.Run.Log);
            try
            {
                Items.Dispose();
            }
            catch (Exception exception)
            {
                if (!Fault.IsAnswerTo(exception, token))
                    FailedDispose = exception;
            }
        }

        /// <summary>The items are over; unless that is so because what yields them has thrown before.</summary>
        protected bool End(bool isComplete)
        {
            if (!isComplete && !worker.IsStopping)
                throw Missing();
            hasEnded = true;
            return false;
        }

        private InvalidOperationException Missing() => new(
            $"Stage '{worker.Stage.Name}': one of its functions has caught an exception that came from its input, and went on as if the items had ended. Some are missing, so the run fails. "
            + "Let the exceptions of the input pass; the caller of the run gets them.");
    }

    private sealed unsafe class BehindSource(IEnumerator<T> items, Worker worker, CancellationTokenSource? stopping, CancellationToken token) : Passage(items, worker, stopping, token)
    {
        private readonly long* asked = &worker.Record->ItemsAskedFor;
        private readonly long* answered = &worker.Record->ItemsIn;

        public override T Current
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get
            {
                for (var source = Items; source is not null;)
                    return source.Current;
                return default!; // never
            }
        }

        protected override bool IsBehindSource => true;

        protected override bool IsUnanswered => *asked > *answered;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public override bool MoveNext()
        {
            var source = Items;
            ++*asked;
            while (source.MoveNext())
            {
                ++*answered;
                return true;
            }

            return End(isComplete: --*asked == *answered);
        }
    }

    private sealed class BehindStage(IEnumerator<T> items, Worker worker, CancellationTokenSource? stopping, CancellationToken token) : Passage(items, worker, stopping, token)
    {
        private long asked;
        private long answered;

        public override T Current
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get
            {
                for (var stage = Items; stage is not null;)
                    return stage.Current;
                return default!; // never
            }
        }

        protected override bool IsBehindSource => false;

        protected override bool IsUnanswered => asked > answered;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public override bool MoveNext()
        {
            var stage = Items;
            asked++;
            while (stage.MoveNext())
            {
                answered++;
                return true;
            }

            return End(isComplete: --asked == answered);
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
