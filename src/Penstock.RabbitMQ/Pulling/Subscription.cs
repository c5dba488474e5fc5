using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Penstock.RabbitMQ.Pulling;

/// <summary>
/// One pulling on one channel. The broker sends no more than the prefetch without settlement, so the waiting deliveries are bounded by it. The
/// channel outlives the pulling until the last job that came by it is settled, or given up for lost: then whoever comes last closes it.
/// </summary>
internal sealed class Subscription : AsyncDefaultBasicConsumer
{
    private readonly Channel<Delivery> waiting = System.Threading.Channels.Channel.CreateUnbounded<Delivery>(new() { SingleReader = true });
    private readonly string queue;
    private readonly List<string> tags = [];
    private Task admitting = Task.CompletedTask;
    private int prefetch;
    private int consumers;
    private volatile bool hasEnded; // nothing more is taken
    private int holders = 1;  // the pulling itself, and every delivery not settled

    private Subscription(IChannel channel, string queue, ILogger log)
        : base(channel) => (this.queue, Log) = (queue, log);

    public ILogger Log { get; }

    /// <summary>How many jobs that came by it are neither settled nor known to be lost; one more as long as it pulls.</summary>
    public int Holders => Volatile.Read(ref holders);

    public static async Task<Subscription> StartAsync(IConnection connection, string queue, int prefetch, ILogger log)
    {
        var channel = await connection.CreateChannelAsync().ConfigureAwait(false);
        try
        {
            var subscription = new Subscription(channel, queue, log);
            await subscription.AdmitAsync(prefetch).ConfigureAwait(false);
            return subscription;
        }
        catch
        {
            await Bounded.CloseAsync(channel, log).ConfigureAwait(false);
            throw;
        }
    }

    /// <param name="room">How many jobs the broker may have sent that are not settled. Less than before is ignored.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Null when the broker sends no more: the channel has ended, which makes void what still waits, or the queue is gone.</returns>
    public async ValueTask<Delivery?> NextAsync(int room, CancellationToken ct)
    {
        if (room > prefetch && !hasEnded)
            await WidenAsync(room, ct).ConfigureAwait(false);
        while (Channel.IsOpen && await waiting.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
        {
            if (!waiting.Reader.TryRead(out var delivery))
                continue;
            if (Channel.IsOpen)
                return delivery;
            await delivery.TryRequeueAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>It waits again, behind what has come meanwhile.</summary>
    public void Postpone(Delivery delivery)
    {
        if (!waiting.Writer.TryWrite(delivery))
            delivery.TryRequeueAsync(CancellationToken.None).Leave(Log.Late("Giving back a job")); // not awaited: the channel's end may wait for a call that delivers
    }

    /// <summary>Ends the pulling.</summary>
    /// <returns>What had been sent and not been pulled: all of it, as the client dispatches the end behind the last delivery.</returns>
    public async Task<IReadOnlyList<Delivery>> StopAsync(CancellationToken ct)
    {
        var rest = new List<Delivery>();
        try
        {
            await EndConsumersAsync().WaitOrLeaveAsync(Log.Late("Ending a pull"), ct).ConfigureAwait(false);
            await foreach (var delivery in waiting.Reader.ReadAllAsync(ct).ConfigureAwait(false))
                rest.Add(delivery);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, CancellationToken.None))
        {
            GiveBackLateAsync().Leave(Log.Late("Giving back jobs")); // the broker is slow to end it; if the channel has ended, that has given back what is not in the list
        }

        return rest;
    }

    /// <summary>Lets the broker send so many more. A prefetch holds for each consumer that begins after it was set, so more room is one more consumer.</summary>
    private async Task AdmitAsync(int more)
    {
        await Channel.BasicQosAsync(prefetchSize: 0, (ushort)Math.Min(more, ushort.MaxValue), global: false).ConfigureAwait(false);
        Interlocked.Increment(ref consumers);
        tags.Add(await Channel.BasicConsumeAsync(queue, autoAck: false, this).ConfigureAwait(false));
        prefetch += more;
    }

    private async Task WidenAsync(int room, CancellationToken ct)
    {
        try
        {
            admitting = AdmitAsync(room - prefetch);
            await admitting.WaitOrLeaveAsync(Log.Late("Pulling more jobs"), ct).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, ct))
        {
            TakeNoMore(); // the channel has ended, the queue is gone, or the broker does not answer: a new pulling sees which
        }
    }

    private void TakeNoMore()
    {
        hasEnded = true;
        waiting.Writer.TryComplete();
    }

    private async Task EndConsumersAsync()
    {
        await admitting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var tag in tags)
            await Channel.BasicCancelAsync(tag, noWait: false, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task GiveBackLateAsync()
    {
        await foreach (var delivery in waiting.Reader.ReadAllAsync().ConfigureAwait(false))
            await delivery.TryRequeueAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>One holder fewer.</summary>
    public async ValueTask ForgetAsync()
    {
        if (Interlocked.Decrement(ref holders) == 0)
            await Bounded.CloseAsync(Channel, Log).ConfigureAwait(false);
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref holders);
        var delivery = new Delivery(this, deliveryTag, redelivered, properties, body.ToArray());  // the client reuses the memory
        Postpone(delivery);
        return Task.CompletedTask;
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        TakeNoMore();
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    /// <summary>The broker ended a consumer, as the queue is gone: that ends the pulling.</summary>
    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        TakeNoMore();
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    /// <summary>Either side ended consumers. Behind the last one no more comes.</summary>
    protected override Task OnCancelAsync(string[] consumerTags, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Add(ref consumers, -consumerTags.Length) <= 0)
            TakeNoMore();
        return base.OnCancelAsync(consumerTags, cancellationToken);
    }
}
