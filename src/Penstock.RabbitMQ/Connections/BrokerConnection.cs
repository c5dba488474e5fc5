using Microsoft.Extensions.Logging;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Connections;

/// <summary>
/// One connection, made when it is first needed and again whenever it was lost. What can only be put right by people is thrown at
/// once, but only until the first success: while a broker restarts it refuses for all sorts of reasons.
/// </summary>
internal sealed class BrokerConnection(BrokerAddress address, RabbitMqJobQueueOptions options, string purpose, Func<IConnection, Task> prepare, ILogger log)
    : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1, 1);  // held by whoever connects
    private readonly CancellationTokenSource disposed = new();
    private volatile IConnection? current;
    private volatile RabbitMqJobQueueException? lastFailure;
    private volatile bool wasOpen;
    private volatile string? blocked;
    private volatile TaskCompletionSource unblocked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why the broker takes no messages just now; null if it does, as far as it has told.</summary>
    public string? Blocked => blocked;

    /// <summary>Completes when the broker takes messages, as far as it has told.</summary>
    public Task Unblocked => unblocked.Task;

    /// <summary>Whether there has been one.</summary>
    public bool WasOpen => wasOpen;

    /// <summary>The open connection.</summary>
    /// <param name="patience">How long to try, once there has been a connection; the first is tried as long as the options say.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RabbitMqJobQueueException">There is none within that time, or there will not be one.</exception>
    public async ValueTask<IConnection> OpenAsync(TimeSpan patience, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, typeof(RabbitMqJobQueue<>));
        if (current is { IsOpen: true } open)
            return open;
        using var timeout = new CancellationTokenSource(wasOpen ? patience : options.ConnectTimeout, options.TimeProvider);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct, disposed.Token);
        try
        {
            await gate.WaitAsync(any.Token).ConfigureAwait(false);
            try
            {
                return current is { IsOpen: true } meanwhile ? meanwhile : current = await ConnectAsync(any.Token).ConfigureAwait(false);
            }
            finally
            {
                gate.Release();
            }
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested)
        {
            ct.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, typeof(RabbitMqJobQueue<>));
            throw lastFailure is { } failure
                ? new RabbitMqJobQueueException(failure.Message, failure) { IsTransient = true }
                : new RabbitMqJobQueueException($"No connection to the broker at {address}: it did not answer in time. Check the address and the network.") { IsTransient = true };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await disposed.CancelAsync().ConfigureAwait(false);
        await gate.WaitAsync().ConfigureAwait(false);  // whoever connects has seen the token and leaves
        try
        {
            // One that the broker has blocked, or that hangs, cannot be closed properly; it ends with the process.
            if (current is not null)
                await current.DisposeAsync().AsTask().WaitAsync(LongestClose).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e) || e is TimeoutException)
        {
            // It had ended already: the broker has taken back what was not settled.
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<IConnection> ConnectAsync(CancellationToken ct)
    {
        var factory = address.CreateFactory(options);
        factory.ClientProvidedName = $"{Environment.MachineName}/{Environment.ProcessId}/{options.Queue} {purpose}";
        lastFailure = null;
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var connection = await ConnectOnceAsync(factory, ct).ConfigureAwait(false);
                if (wasOpen)
                    log.Reconnected(purpose, address);
                wasOpen = true;
                return connection;
            }
            catch (RabbitMqJobQueueException e) when (e.IsTransient || wasOpen)
            {
                lastFailure = e;
                log.StillDisconnected(e.Message, pause);
            }

            await Task.Delay(pause, options.TimeProvider, ct).ConfigureAwait(false);
        }
    }

    private async Task<IConnection> ConnectOnceAsync(ConnectionFactory factory, CancellationToken ct)
    {
        IConnection? connection = null;
        try
        {
            connection = await factory.CreateConnectionAsync(ct).ConfigureAwait(false);
            Watch(connection);
            await prepare(connection).WaitAsync(ct).ConfigureAwait(false);  // only here the broker may say that it refuses the virtual host
            return connection;
        }
        catch (Exception e)
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
            if (e is RabbitMqJobQueueException || ct.IsCancellationRequested)
                throw;
            throw BrokerErrors.Connecting(e, address);
        }
    }

    private void Watch(IConnection connection)
    {
        blocked = null;
        unblocked.TrySetResult();
        connection.ConnectionBlockedAsync += (_, e) =>
        {
            unblocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
            blocked = e.Reason;
            log.BrokerBlocked(e.Reason);
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            blocked = null;
            unblocked.TrySetResult();
            return Task.CompletedTask;
        };
    }
}
