using System.Collections;
using Penstock.Stages;

namespace Penstock.Runs;

/// <summary>The results of a pipeline: each enumeration is a run, which starts when the first result is asked for.</summary>
internal sealed class ResultEnumerable<T>(Stage<T> last, RunOptions? options) : IEnumerable<T>, IAsyncEnumerable<T>
{
    public IEnumerator<T> GetEnumerator() => new Enumerator(last, options);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new AsyncEnumerator(last, options, cancellationToken);

    // The run does not know its enumerator, so an enumerator that was dropped in the middle is collected, and ends its run.
    private sealed class Enumerator(Stage<T> last, RunOptions? options) : IEnumerator<T>
    {
        private ResultStream<T>? stream;
        private bool isDisposed;

        ~Enumerator() => stream?.Abandon();

        public T Current => stream is null ? default! : stream.Current;

        object? IEnumerator.Current => Current;

        public bool MoveNext()
        {
            if (isDisposed)
                return false;
            stream ??= new ResultStream<T>(last, options, isAsynchronous: false, CancellationToken.None);
            var more = stream.MoveNextAsync().Wait();
            GC.KeepAlive(this); // who waits for a result has not dropped the stream
            return more;
        }

        public void Reset() => throw new NotSupportedException("Enumerate the results again: each enumeration is a run.");

        public void Dispose()
        {
            GC.SuppressFinalize(this);
            isDisposed = true;
            if (stream is null)
                return;
            var ending = stream.EndAsync();
            if (!ending.IsCompleted)
                ending.AsTask().GetAwaiter().GetResult();
            stream.ThrowIfFailed();
        }
    }

    private sealed class AsyncEnumerator(Stage<T> last, RunOptions? options, CancellationToken ct) : IAsyncEnumerator<T>
    {
        private ResultStream<T>? stream;
        private bool isDisposed;

        ~AsyncEnumerator() => stream?.Abandon();

        public T Current => stream is null ? default! : stream.Current;

        public ValueTask<bool> MoveNextAsync()
        {
            if (isDisposed)
                return new ValueTask<bool>(false);
            ct.ThrowIfCancellationRequested();
            stream ??= new ResultStream<T>(last, options, isAsynchronous: true, ct);
            var next = stream.MoveNextAsync();
            return next.IsCompleted ? next : StayAliveAsync(next);
        }

        public async ValueTask DisposeAsync()
        {
            GC.SuppressFinalize(this);
            isDisposed = true;
            if (stream is null)
                return;
            await stream.EndAsync().ConfigureAwait(false);
            stream.ThrowIfFailed();
        }

        private async ValueTask<bool> StayAliveAsync(ValueTask<bool> next)
        {
            var more = await next.ConfigureAwait(false);
            GC.KeepAlive(this); // who waits for a result has not dropped the stream
            return more;
        }
    }
}
