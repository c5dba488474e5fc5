using Penstock.RabbitMQ.Pulling;
using Penstock.RabbitMQ.Tests.Brokers;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Tests;

/// <summary>One pulling that gets more room, as a worker has settled jobs that came by an earlier one.</summary>
[Collection(nameof(SharedBroker))]
public sealed class SubscriptionTests(SharedBroker shared) : QueueTest
{
    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task Is_sent_more()
    {
        var channel = await DeclareAsync();
        await using var connection = await ConnectAsync(Broker.Uri);
        var subscription = await StartAsync(connection);
        for (var n = 0; n < 2; n++)
            await channel.BasicPublishAsync("", Name, "7"u8.ToArray(), Soon);

        Assert.NotNull(await subscription.NextAsync(room: 1, Soon));
        Assert.NotNull(await subscription.NextAsync(room: 2, Soon)); // the first one is not settled
    }

    [BrokerFact]
    public async Task Is_sent_none_by_a_new_queue_if_its_own_was_deleted()
    {
        var channel = await DeclareAsync();
        await using var connection = await ConnectAsync(Broker.Uri);
        var subscription = await StartAsync(connection);
        var next = subscription.NextAsync(room: 1, Soon);
        await channel.QueueDeleteAsync(Name, cancellationToken: Soon);
        Assert.Null(await next);
        await DeclareAsync(channel);

        Assert.Null(await subscription.NextAsync(room: 2, Soon));
        Assert.Equal(0u, (await channel.QueueDeclarePassiveAsync(Name, Soon)).ConsumerCount);
    }

    [BrokerFact]
    public async Task Is_over_if_the_broker_does_not_answer_and_gives_back_what_comes_later()
    {
        var channel = await DeclareAsync();
        await using var line = Line.To(Broker);
        await using var connection = await ConnectAsync(line.Uri, patience: 5);
        var subscription = await StartAsync(connection);
        line.Hold();
        Assert.Null(await subscription.NextAsync(room: 2, Soon));
        line.Release();
        await channel.BasicPublishAsync("", Name, "7"u8.ToArray(), Soon);

        Assert.Empty(await subscription.StopAsync(Soon));
        await subscription.ForgetAsync();
        while (await channel.QueueDeclarePassiveAsync(Name, Soon) is not { MessageCount: 1, ConsumerCount: 0 }) // which follow a moment later
            await Task.Delay(10, Soon);
        Assert.Equal(0, subscription.Holders);
    }

    private async Task<IChannel> DeclareAsync()
    {
        var channel = await ChannelAsync(Broker);
        await DeclareAsync(channel);
        return channel;
    }

    private Task<QueueDeclareOk> DeclareAsync(IChannel channel) =>
        channel.QueueDeclareAsync(Name, durable: false, exclusive: false, autoDelete: false, cancellationToken: Soon);

    /// <param name="broker">Where it is.</param>
    /// <param name="patience">How many seconds an answer may take.</param>
    private Task<IConnection> ConnectAsync(Uri broker, int patience = 60) =>
        new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false, ContinuationTimeout = TimeSpan.FromSeconds(patience) }.CreateConnectionAsync(Soon);

    private Task<Subscription> StartAsync(IConnection connection) => Subscription.StartAsync(connection, Name, prefetch: 1, Log.CreateLogger("test"));
}
