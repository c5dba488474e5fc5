using Microsoft.Extensions.Logging;
using Penstock.Hosting;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Penstock.RabbitMQ.Connections;

/// <summary>
/// One connection, made when it is first needed and again whenever it was lost. What can only be put right by people is thrown at
/// once, but only until the first success: while a broker restarts it refuses for all sorts of reasons. One that is kept is made again at once,
/// whether anybody needs it or not.
/// </summary>
internal sealed class BrokerConnection(BrokerAddress address, RabbitMqJobQueueOptions options, string purpose, Func<IConnection, Task> prepare, ILogger log, bool isKept = false)
    : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1, 1);  // held by whoever connects or prepares
    private readonly Lock changes = new();  // held while the current connection, the outage, or what the broker takes changes
    private readonly CancellationTokenSource disposed = new();
    private volatile IConnection? current;
    private IConnection? latest;  // may not be the current one yet
    private volatile JobQueueOutage? outage;
    private volatile RabbitMqJobQueueException? lastFailure;
    private volatile int preparations;
    private volatile bool wasOpen;
    private volatile string? blocked;
    private volatile TaskCompletionSource unblocked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why the broker takes no messages just now; null if it does, as far as it has told.</summary>
    public string? Blocked => blocked;

    /// <summary>Completes when the broker takes messages, as far as it has told.</summary>
    public Task Unblocked => unblocked.Task;

    /// <summary>Whether there has been one.</summary>
    public bool WasOpen => wasOpen;

    /// <summary>Since when and why there is none; null while there is one, and before it was first needed.</summary>
    public JobQueueOutage? Outage => outage;

    /// <summary>How often the queues have been prepared: for each connection, and whenever one was missing.</summary>
    public int Preparations => preparations;

    /// <summary>The open connection.</summary>
    /// <param name="patience">How long to try, once there has been a connection; the first is tried as long as the options say.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RabbitMqJobQueueException">There is none within that time, or there will not be one.</exception>
    public async ValueTask<IConnection> OpenAsync(TimeSpan patience, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, typeof(RabbitMqJobQueue<>));
        if (current is { IsOpen: true } open)
            return open;
        await AloneAsync(ConnectAsync, wasOpen ? patience : options.ConnectTimeout, ct).ConfigureAwait(false);
        return current!;
    }

    /// <summary>Prepares the queues again, as somebody has deleted one of them.</summary>
    /// <param name="seen">How often they had been prepared before it was found missing: if they have been since, that was enough.</param>
    /// <param name="patience">How long that may take.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RabbitMqJobQueueException">They cannot be prepared: what is missing is not ours to declare, for instance.</exception>
    public Task PrepareAgainAsync(int seen, TimeSpan patience, CancellationToken ct) => AloneAsync(
        async any =>
        {
            if (preparations == seen && current is { IsOpen: true } connection)  // a new one will be prepared anyway
                await PrepareAsync(connection, any).ConfigureAwait(false);
        },
        patience,
        ct);

    public async ValueTask DisposeAsync()
    {
        await disposed.CancelAsync().ConfigureAwait(false);
        await gate.WaitAsync().ConfigureAwait(false);  // whoever connects has seen the token and leaves
        if (current is not null)
            await Bounded.CloseAsync(current, log).ConfigureAwait(false);
        gate.Release();
    }

    private async Task AloneAsync(Func<CancellationToken, Task> act, TimeSpan patience, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(patience, options.TimeProvider);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct, disposed.Token);
        try
        {
            await gate.WaitAsync(any.Token).ConfigureAwait(false);
            try
            {
                await act(any.Token).ConfigureAwait(false);
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

    private async Task ConnectAsync(CancellationToken ct)
    {
        for (var pause = new Backoff(ShortestPause, LongestPause); current is not { IsOpen: true }; pause.Double())
        {
            try
            {
                Enter(await ConnectOnceAsync(ct).ConfigureAwait(false));
                return;
            }
            catch (RabbitMqJobQueueException e) when (e.IsTransient || wasOpen)
            {
                lastFailure = e;
                Away(e.Message);
                log.StillDisconnected(e.Message, pause.Length);
            }

            await Task.Delay(pause.Length, options.TimeProvider, ct).ConfigureAwait(false);
        }
    }

    private async Task<IConnection> ConnectOnceAsync(CancellationToken ct)
    {
        var factory = address.CreateFactory(options);  // each time, since it reads certificates, which are renewed
        factory.ClientProvidedName = $"{Environment.MachineName}/{Environment.ProcessId}/{options.Queue} {purpose}";
        IConnection? connection = null;
        try
        {
            connection = await Bounded.OpenAsync(factory.CreateConnectionAsync(ct), Timeout.InfiniteTimeSpan, options.TimeProvider, log, ct).ConfigureAwait(false);
            Watch(connection);
            await PrepareAsync(connection, ct).ConfigureAwait(false);  // only here the broker may say that it refuses the virtual host
            return connection;
        }
        catch (Exception e)
        {
            if (connection is not null)
                Bounded.CloseAsync(connection, log).Leave(log.Late("Closing"));  // nobody waits for one that may not answer
            if (e is RabbitMqJobQueueException)
                throw;
            ct.ThrowIfCancellationRequested();  // which the client may call a broker out of reach
            throw BrokerErrors.Connecting(e, address);
        }
    }

    private async Task PrepareAsync(IConnection connection, CancellationToken ct)
    {
        try
        {
            await prepare(connection).WaitOrLeaveAsync(log.Late("Preparing the queues"), ct).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, ct))
        {
            throw BrokerErrors.Connecting(e, address);
        }

        preparations++;
    }

    private void Enter(IConnection connection)
    {
        lock (changes)
        {
            current = connection;
            outage = null;
        }

        lastFailure = null;
        if (wasOpen)
            log.Reconnected(purpose, address);  // last: who reads it finds it so
        wasOpen = true;
    }

    private void Away(string reason)
    {
        lock (changes)
            outage = new(outage?.Since ?? options.TimeProvider.GetUtcNow(), reason);
    }

    private void Watch(IConnection connection)
    {
        lock (changes)
            latest = connection;
        Unblock(connection);
        connection.ConnectionBlockedAsync += (_, e) =>
        {
            Block(connection, e.Reason);
            return Task.CompletedTask;
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            Unblock(connection);
            return Task.CompletedTask;
        };
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            Lost(connection, reason);
            return Task.CompletedTask;
        };
    }

    // All news may come late, when there is another connection already, which would never take them back.
    private void Block(IConnection connection, string reason)
    {
        lock (changes)
        {
            if (connection != latest)
                return;
            blocked = reason;
            if (unblocked.Task.IsCompleted)
                unblocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        log.BrokerBlocked(reason);
    }

    private void Unblock(IConnection connection)
    {
        lock (changes)
        {
            if (connection != latest)
                return;
            blocked = null;
            unblocked.TrySetResult();
        }
    }

    private void Lost(IConnection connection, ShutdownEventArgs reason)
    {
        lock (changes)
        {
            if (connection != current)
                return;
            Away(BrokerErrors.Describe(reason));
            Unblock(connection);  // whoever waits for that connection had better look for the next
        }

        if (isKept && !disposed.IsCancellationRequested)
            Task.Run(() => OpenAsync(Timeout.InfiniteTimeSpan, disposed.Token).AsTask()).Leave(log.Late("Connecting again"));
    }
}
