using System.Threading.Tasks.Sources;

namespace Penstock.Stages.Crews;

/// <summary>Outputs that a task may consume instead of a thread.</summary>
internal interface IAwaitable<out T>
{
    /// <summary>The outputs, to be enumerated once, by a task.</summary>
    IAsyncEnumerable<T> Awaited();
}

// A consumer that is a task. It has no thread to work with: it awaits an output, and the helper that has one for it goes on with it, until it awaits the next.
internal sealed partial class Crew<TIn, TOut> : IAwaitable<TOut>, IAsyncEnumerable<TOut>, IAsyncEnumerator<TOut>, IInput, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private enum Answer
    {
        Now,
        Later,
        Alone,
        Never,
    }

    private ManualResetValueTaskSourceCore<bool> arrival; // of an output, or false
    private bool hasArrived; // with which to go on
    private bool isEnumerated;
    private CancellationToken patience; // of the consumer's own
    private CancellationTokenRegistration impatience;

    protected override bool IsConsumerDue => IsConsumerAwaiting && (IsToldToEnd || CanTake(out _) || IsOver);

    private bool IsToldToEnd => IsLeaving || Worker.IsStopping || patience.IsCancellationRequested;

    public IAsyncEnumerable<TOut> Awaited()
    {
        IsConsumerTask = true;
        return this;
    }

    public IAsyncEnumerator<TOut> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (isEnumerated)
            throw new InvalidOperationException($"Stage '{Worker.Stage.Name}' enumerates its input a second time, but a pipeline's items flow past once.");
        isEnumerated = true;
        Worker.Own(this);
        if (cancellationToken.CanBeCanceled && cancellationToken != Worker.Stopping) // a stop ends every wait
        {
            patience = cancellationToken;
            impatience = cancellationToken.UnsafeRegister(static crew => ((Crew<TIn, TOut>)crew!).WakeAll(), this);
        }

        return this;
    }

    public ValueTask<bool> MoveNextAsync()
    {
        if (isDisposed)
            return new ValueTask<bool>(false);
        patience.ThrowIfCancellationRequested();
        return Ask() switch
        {
            Answer.Now => new ValueTask<bool>(true),
            Answer.Later => new ValueTask<bool>(this, arrival.Version),
            Answer.Alone => new ValueTask<bool>(MoveNext()),
            _ => new ValueTask<bool>(End()),
        };
    }

    // Not by the thread that disposes: that may be a helper's, which is to leave.
    public async ValueTask DisposeAsync()
    {
        await impatience.DisposeAsync().ConfigureAwait(false);
        if (!isDisposed)
            await Task.Run(Dispose).ConfigureAwait(false);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => arrival.GetResult(token) || End();

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => arrival.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        arrival.OnCompleted(continuation, state, token, flags);

    void IInput.Own(IPassage passage) => Worker.Own(passage);

    void IThreadPoolWorkItem.Execute() => GoOn();

    protected override void GoOn() => arrival.SetResult(hasArrived);

    protected override void GoOnElsewhere()
    {
        hasArrived = !IsToldToEnd && TryTake();
        NoteAwaiting(false);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private Answer Ask()
    {
        using (Gate.Hold())
        {
            if (IsConsumerAwaiting)
                throw new InvalidOperationException($"Stage '{Worker.Stage.Name}' asks for an item before the one before has come. Await each before you ask for the next.");
            Proceed();
            if (IsToldToEnd)
                return Answer.Never;
            if (TryTake())
                return Answer.Now;
            if (IsOver)
                return Answer.Never;
            arrival.Reset();
            NoteAwaiting(true);
            if (Attending == 0 || !HasLookout) // else who goes on with it is about to look
                Employ(consumerWaits: true);
            if (HasHelpers || !IsConsumerAwaiting)
                return Answer.Later;
            NoteAwaiting(false);
            return Answer.Alone; // the system gives no threads
        }
    }

    /// <summary>Under the gate, which it leaves meanwhile: goes on with the consumer, if that awaits something that has come.</summary>
    /// <param name="seat">The helper's.</param>
    /// <param name="looksAtStints">Whether to look for what has been made in stints.</param>
    private bool TryGoOn(Seat seat, bool looksAtStints)
    {
        if (!IsConsumerDue && !(looksAtStints && IsConsumerAwaiting && LookAtStints() && CanTake(out _)))
            return false;
        hasArrived = !IsToldToEnd && TryTake();
        NoteAwaiting(false);
        Attend(seat);
        return true;
    }
}
