using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Penstock.Hosting;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Messages;
using Penstock.RabbitMQ.Publishing;
using Penstock.RabbitMQ.Pulling;
using Penstock.RabbitMQ.Queues;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client.Events;

namespace Penstock.RabbitMQ;

/// <summary>
/// A job queue on RabbitMQ 3.10 or newer, for any number of machines. It connects when it is first used, once for pulling and once for
/// submitting, and again whenever a connection is lost. All members may be called by several threads at once. Every call throws
/// <see cref="RabbitMqJobQueueException"/> if the broker cannot be reached within the time allowed or refuses what is asked of it.
/// </summary>
/// <typeparam name="T">The payload; it travels as JSON.</typeparam>
public sealed partial class RabbitMqJobQueue<T> : IJobQueue<T>, IJobStore<T>, IAsyncDisposable
{
    private static readonly TimeSpan LongestGiveBack = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DefaultConsumerTimeout = TimeSpan.FromMinutes(30); // of brokers
    private static readonly TimeSpan RepairPause = TimeSpan.FromSeconds(1);

    private readonly RabbitMqJobQueueOptions options;
    private readonly BrokerAddress address;
    private readonly ILogger log;
    private readonly PayloadJson<T> json;
    private readonly QueueTopology queues;
    private readonly TimeSpan longestPostponement;

    // Two connections, since a broker in need stops reading from those that publish: jobs must be settled even then.
    private readonly BrokerConnection pulling;
    private readonly BrokerConnection publishing;
    private readonly Publisher publisher;

    private volatile JobQueueOutage? interruption;

    /// <summary>Describes the queue; nothing is connected yet.</summary>
    /// <param name="options">Where it is, and how it behaves.</param>
    /// <exception cref="ArgumentException">An option is invalid.</exception>
    public RabbitMqJobQueue(RabbitMqJobQueueOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        this.options = options;
        address = BrokerAddress.From(options);
        log = (ILogger?)options.LoggerFactory?.CreateLogger("Penstock.RabbitMQ") ?? NullLogger.Instance;
        json = new(options);
        queues = new(options, address, log);
        longestPostponement = (options.ConsumerTimeout ?? DefaultConsumerTimeout) / 3;
        pulling = new(address, options, "pulling", queues.PrepareAsync, log, isKept: true);  // its outage is told, and must end though nobody pulls with all rooms full
        publishing = new(address, options, "publishing", queues.PrepareAsync, log);
        publisher = new(publishing, address, options, log);
    }

    /// <summary>Without end: a job stays this worker's as long as the connection it came by.</summary>
    public TimeSpan Lease => Timeout.InfiniteTimeSpan;

    /// <summary>Whoever pulls has no connection, or it brings no jobs. A broker that just falls silent is noticed after two heartbeats.</summary>
    /// <inheritdoc/>
    public JobQueueOutage? Outage => pulling.Outage ?? interruption;

    /// <inheritdoc/>
    /// <exception cref="RabbitMqJobQueueException">
    /// The first connection failed; later ones are tried for ever. Or the queue was deleted, and is not this one's to declare.
    /// </exception>
    public IAsyncEnumerable<Job<T>> PullAsync(CancellationToken ct) => PullAsync(options.Prefetch, ct);

    /// <inheritdoc/>
    /// <exception cref="RabbitMqJobQueueException">
    /// The first connection failed; later ones are tried for ever. Or the queue was deleted, and is not this one's to declare.
    /// </exception>
    public IAsyncEnumerable<Job<T>> PullAsync(int maxInFlight, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxInFlight, 1);
        return PullForEverAsync(maxInFlight, ct);
    }

    /// <summary>Closes the connections. Jobs that were pulled and not settled go back to the queue, which counts as a try: release them before.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(pulling.DisposeAsync().AsTask(), publisher.DisposeAsync().AsTask()).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<Job<T>> PullForEverAsync(int maxInFlight, [EnumeratorCancellation] CancellationToken ct)
    {
        // The caller may be at work on jobs that came by a connection lost since, and asks only if it has room for one more.
        var ended = new List<Subscription>();
        int Room() => Math.Max(1, maxInFlight - ended.Sum(static subscription => subscription.Holders));

        while (true)
        {
            var subscription = await SubscribeAsync(Room(), ct).ConfigureAwait(false);
            ShutdownEventArgs? end;
            try
            {
                while (await subscription.NextAsync(Room(), ct).ConfigureAwait(false) is { } delivery)
                {
                    if (await TryOpenAsync(subscription, delivery, ct).ConfigureAwait(false) is { } job)
                        yield return job;
                }

                end = subscription.Channel.CloseReason;  // none if the broker has ended the consumer alone, whose queue is gone, or was too slow to admit another one
            }
            finally
            {
                await StopAsync(subscription).ConfigureAwait(false);
            }

            ended.RemoveAll(static subscription => subscription.Holders == 0);
            ended.Add(subscription);
            var reason = end is null ? "the queue was deleted, or the broker does not answer" : BrokerErrors.Describe(end);
            Interrupted(reason);
            if (BrokerErrors.IsConsumerTimeout(end))
                log.ConsumerTimedOut(queues.Main, reason);
            else
                log.PullingInterrupted(queues.Main, reason);
        }
    }

    private async Task<Subscription> SubscribeAsync(int prefetch, CancellationToken ct)
    {
        while (true)
        {
            var connection = await pulling.OpenAsync(Timeout.InfiniteTimeSpan, ct).ConfigureAwait(false);
            var preparations = pulling.Preparations;
            var starting = Subscription.StartAsync(connection, queues.Main, prefetch, log);
            try
            {
                var subscription = await starting.WaitAsync(ct).ConfigureAwait(false);
                interruption = null;
                return subscription;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                AbandonAsync(starting).Leave(log.Late("Ending a pull that had just begun"));
                throw;
            }
            catch (Exception e) when (BrokerErrors.IsFromClient(e, ct))
            {
                var failure = BrokerErrors.Refused(e, $"Pulling from queue '{queues.Main}'", address);
                if (connection.IsOpen)
                    await RepairAsync(preparations, failure, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The connection stands, so what is wrong is with the queue: somebody may have deleted it.</summary>
    private async Task RepairAsync(int preparations, RabbitMqJobQueueException failure, CancellationToken ct)
    {
        try
        {
            if (!failure.IsTransient)
                await pulling.PrepareAgainAsync(preparations, Timeout.InfiniteTimeSpan, ct).ConfigureAwait(false);
        }
        catch (RabbitMqJobQueueException e) when (e.IsTransient)
        {
            failure = e;
        }

        if (BrokerErrors.IsDenied(failure))
            throw failure;

        Interrupted(failure.Message);
        log.StillDisconnected(failure.Message, RepairPause);
        await Task.Delay(RepairPause, options.TimeProvider, ct).ConfigureAwait(false);
    }

    private void Interrupted(string reason) => interruption = new(interruption?.Since ?? options.TimeProvider.GetUtcNow(), reason);

    /// <summary>Nobody will read what it brings: the broker must not send it jobs.</summary>
    private async Task AbandonAsync(Task<Subscription> starting)
    {
        try
        {
            await StopAsync(await starting.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, CancellationToken.None))
        {
            // It never came to be, or has ended with its connection.
        }
    }

    /// <summary>Gives back what was sent and never pulled, without the cost of a try if the broker allows.</summary>
    private async Task StopAsync(Subscription subscription)
    {
        using var timeout = new CancellationTokenSource(LongestGiveBack, options.TimeProvider);
        var rest = await subscription.StopAsync(timeout.Token).ConfigureAwait(false);
        await Task.WhenAll(rest.Select(delivery => GiveBackAsync(delivery, timeout.Token))).ConfigureAwait(false);
        await subscription.ForgetAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// A message that cannot be dealt with just now waits behind the others, and does not end the pulling: giving it back would count as a try. That it does when it has waited for long, since the
    /// broker would end the channel over one that is never settled.
    /// </summary>
    private async ValueTask<Job<T>?> TryOpenAsync(Subscription subscription, Delivery delivery, CancellationToken ct)
    {
        try
        {
            return await OpenAsync(delivery, ct).ConfigureAwait(false);
        }
        catch (JobLeaseLostException)
        {
            return null;
        }
        catch (RabbitMqJobQueueException e) when (e.IsTransient)
        {
            if (delivery.SinceFirstTry(options.TimeProvider) < longestPostponement)
                subscription.Postpone(delivery);
            else
                await delivery.TryRequeueAsync(ct).ConfigureAwait(false);
            log.StillDisconnected(e.Message, RepairPause);
        }
        catch (Exception)
        {
            await delivery.TryRequeueAsync(ct).ConfigureAwait(false);
            throw;
        }

        await Task.Delay(RepairPause, options.TimeProvider, ct).ConfigureAwait(false);
        return null;
    }

    private async Task GiveBackAsync(Delivery delivery, CancellationToken ct)
    {
        try
        {
            await RewriteAsync(delivery, delivery.EarlierAttempts, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RabbitMqJobQueueException or OperationCanceledException or ObjectDisposedException)
        {
            await delivery.TryRequeueAsync(ct).ConfigureAwait(false);
        }
        catch (JobLeaseLostException)
        {
            // The broker has it back already.
        }
    }
}
