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
/// channel outlives the pulling until the last job that came by it is settled: then whoever comes last closes it.
/// </summary>
internal sealed class Subscription : AsyncDefaultBasicConsumer
{
    private readonly Channel<Delivery> waiting = System.Threading.Channels.Channel.CreateUnbounded<Delivery>(new() { SingleReader = true, SingleWriter = true });
    private string tag = "";
    private int holders = 1;  // the pulling itself, and every delivery not settled

    private Subscription(IChannel channel, ILogger log)
        : base(channel) => Log = log;

    public ILogger Log { get; }

    public static async Task<Subscription> StartAsync(IConnection connection, string queue, int prefetch, ILogger log)
    {
        var channel = await connection.CreateChannelAsync().ConfigureAwait(false);
        try
        {
            var subscription = new Subscription(channel, log);
            await channel.BasicQosAsync(prefetchSize: 0, (ushort)Math.Min(prefetch, ushort.MaxValue), global: false).ConfigureAwait(false);
            subscription.tag = await channel.BasicConsumeAsync(queue, autoAck: false, subscription).ConfigureAwait(false);
            return subscription;
        }
        catch
        {
            await Bounded.CloseAsync(channel, log).ConfigureAwait(false);
            throw;
        }
    }

    /// <returns>Null when the broker sends no more: the channel has ended, which makes void what still waits, or the queue is gone.</returns>
    public async ValueTask<Delivery?> NextAsync(CancellationToken ct)
    {
        while (Channel.IsOpen && await waiting.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
        {
            if (waiting.Reader.TryRead(out var delivery))
                return Channel.IsOpen ? delivery : null;
        }

        return null;
    }

    /// <summary>Ends the pulling.</summary>
    /// <returns>What had been sent and not been pulled: all of it, as the client dispatches the end behind the last delivery.</returns>
    public async Task<IReadOnlyList<Delivery>> StopAsync(CancellationToken ct)
    {
        var rest = new List<Delivery>();
        try
        {
            await Channel.BasicCancelAsync(tag, noWait: false, CancellationToken.None).WaitOrLeaveAsync(Log.Late("Ending a pull"), ct).ConfigureAwait(false);
            await foreach (var delivery in waiting.Reader.ReadAllAsync(ct).ConfigureAwait(false))
                rest.Add(delivery);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, CancellationToken.None))
        {
            GiveBackLateAsync().Leave(Log.Late("Giving back jobs")); // the broker is slow to end it; if the channel has ended, that has given back what is not in the list
        }

        return rest;
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
        waiting.Writer.TryWrite(new(this, deliveryTag, redelivered, properties, body.ToArray()));  // the client reuses the memory
        return Task.CompletedTask;
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        waiting.Writer.TryComplete();
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    /// <summary>Either side ended the consumer: the broker, as the queue is gone, or we.</summary>
    protected override Task OnCancelAsync(string[] consumerTags, CancellationToken cancellationToken = default)
    {
        waiting.Writer.TryComplete();
        return base.OnCancelAsync(consumerTags, cancellationToken);
    }
}
