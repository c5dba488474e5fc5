using System.Threading.Tasks.Sources;

namespace Penstock.Stages.Crews;

// A consumer that is a task. It has no thread to work with: it awaits an output, and the helper that has one for it goes on with it, until it awaits the next.
internal sealed partial class Crew<TIn, TOut> : IAsyncEnumerable<TOut>, IAsyncEnumerator<TOut>, IInput, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> arrival; // of an output, or false
    private bool hasArrived; // with which to go on
    private bool isEnumerated;
    private CancellationToken patience; // of the consumer's own
    private CancellationTokenRegistration impatience;

    protected override bool HasNews => IsToldToEnd || CanTake(out _) || IsOver;

    private bool IsToldToEnd => IsLeaving || Worker.IsStopping || patience.IsCancellationRequested;

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
        return TryAnswer(out var answer) ? answer : new ValueTask<bool>(MoveNext());
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
        Arrive();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    // Not at the end, nor where the system gives no threads.
    private bool TryAnswer(out ValueTask<bool> answer)
    {
        using (Gate.Hold())
        {
            if (IsConsumerAwaiting)
                throw new InvalidOperationException($"Stage '{Worker.Stage.Name}' asks for an item before the one before has come. Await each before you ask for the next.");
            Proceed();
            answer = default;
            if (IsToldToEnd)
                return false;
            if (TryTake())
                answer = new ValueTask<bool>(true);
            else if (!IsOver && TryAwait())
                answer = new ValueTask<bool>(this, arrival.Version);
            else
                return false;
            return true;
        }
    }

    // Under the gate. False if there is nobody who would go on with it.
    private bool TryAwait()
    {
        arrival.Reset();
        NoteAwaiting(true);
        if (Attending == 0 || !HasLookout) // else who goes on with it is about to look
            Employ(consumerWaits: true);
        if (HasHelpers || !IsConsumerAwaiting)
            return true;
        NoteAwaiting(false);
        return false;
    }

    // Under the gate, which it leaves meanwhile: the helper of a seat goes on with the consumer. Always true.
    private bool GoOnHere(Seat seat)
    {
        Arrive();
        Attend(seat);
        return true;
    }

    private void Arrive()
    {
        hasArrived = !IsToldToEnd && TryTake();
        NoteAwaiting(false);
    }
}
