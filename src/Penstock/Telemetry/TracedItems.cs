using System.Collections;
using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Penstock.Links;
using Penstock.Stages;
using Penstock.Workers;

namespace Penstock.Telemetry;

/// <summary>
/// A stage's input that makes the span of each item the current activity of the code that receives it. An activity is current for an
/// asynchronous flow, so it must be set in the stage's own flow: in its call of MoveNext, or where it takes the result of its await.
/// </summary>
internal sealed class TracedItems<T>(Reader<T> reader, ItemSpan span) : IEnumerable<T>, IEnumerator<T>, IAsyncEnumerable<T>, IInput
{
    public Worker Worker => reader.Worker;

    public void Own(IPassage passage) => reader.Own(passage);

    public T Current => reader.Current;

    object? IEnumerator.Current => Current;

    public IEnumerator<T> GetEnumerator()
    {
        reader.GetEnumerator();
        return this;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool MoveNext()
    {
        var more = reader.MoveNext();
        Activity.Current = span.Current;
        return more;
    }

    public void Reset() => reader.Reset();

    public void Dispose() => reader.Dispose();

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Awaited(((IAsyncEnumerable<T>)reader).GetAsyncEnumerator(cancellationToken), span);

    private sealed class Awaited(IAsyncEnumerator<T> items, ItemSpan span) : IAsyncEnumerator<T>, IValueTaskSource<bool>
    {
        private ManualResetValueTaskSourceCore<bool> arrival;

        public T Current => items.Current;

        public ValueTask<bool> MoveNextAsync()
        {
            var next = items.MoveNextAsync();
            if (next.IsCompletedSuccessfully)
            {
                Activity.Current = span.Current;
                return next;
            }

            arrival.Reset();
            _ = ArriveAsync(next);
            return new ValueTask<bool>(this, arrival.Version);
        }

        public ValueTask DisposeAsync() => items.DisposeAsync();

        public bool GetResult(short token)
        {
            Activity.Current = span.Current;
            return arrival.GetResult(token);
        }

        public ValueTaskSourceStatus GetStatus(short token) => arrival.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            arrival.OnCompleted(continuation, state, token, flags);

        private async Task ArriveAsync(ValueTask<bool> next)
        {
            try
            {
                arrival.SetResult(await next.ConfigureAwait(false));
            }
            catch (Exception exception)
            {
                arrival.SetException(exception);
            }
        }
    }
}
