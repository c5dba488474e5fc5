namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>One broker for all tests that leave it running; each test has queues of its own.</summary>
public sealed class SharedBroker : IAsyncLifetime
{
    private Broker? _broker;

    public Broker Broker => _broker ?? throw new InvalidOperationException($"A broker is required (PENSTOCK_REQUIRE_BROKER=1), but {Broker.Missing}.");

    public async Task InitializeAsync()
    {
        if (Broker.Missing is null)
            _broker = await Broker.StartNewAsync();
    }

    public async Task DisposeAsync()
    {
        if (_broker is { } broker)
            await broker.DisposeAsync();
    }
}

/// <summary>Tests one after the other: two cores are few for several brokers.</summary>
[CollectionDefinition(nameof(SharedBroker))]
public sealed class BrokerTests : ICollectionFixture<SharedBroker>;
