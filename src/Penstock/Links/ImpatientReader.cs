using System.Runtime.CompilerServices;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>
/// A stage's input with a token of the stage's own: cancelling it ends the wait for an item, never one that has brought an item.
/// In a sequential run nobody waits, so there the token is seen between two items.
/// </summary>
internal sealed class ImpatientReader<T> : IAsyncEnumerator<T>
{
    private readonly Reader<T> reader;
    private readonly CancellationToken token;
    private readonly Func<bool> isCancelled;
    private readonly CancellationTokenRegistration registration;

    public ImpatientReader(Reader<T> reader, CancellationToken token)
    {
        this.reader = reader;
        this.token = token;
        isCancelled = () => token.IsCancellationRequested;
        registration = token.UnsafeRegister(static worker => ((Worker)worker!).Wake(), reader.Worker);
    }

    public T Current => reader.Current;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> MoveNextAsync()
    {
        if (token.IsCancellationRequested)
        {
            reader.FinishGiven(); // as whoever asks does
            throw new OperationCanceledException(token);
        }

        reader.Interrupt = isCancelled;
        try
        {
            if (await reader.MoveNextAsync().ConfigureAwait(false))
                return true;
        }
        finally
        {
            reader.Interrupt = null; // the engine's own waits for an item go on
        }

        return reader.IsAtEnd ? false : throw new OperationCanceledException(token);
    }

    public ValueTask DisposeAsync() => registration.DisposeAsync();
}
