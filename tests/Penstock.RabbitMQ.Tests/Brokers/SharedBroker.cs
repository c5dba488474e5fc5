namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>One broker for all tests that leave it running; each test has queues of its own.</summary>
public class SharedBroker : IAsyncLifetime
{
    private Broker? broker;

    public Broker Broker => broker ?? throw new InvalidOperationException($"A broker is required (PENSTOCK_REQUIRE_BROKER=1), but {Broker.Missing}.");

    public async Task InitializeAsync()
    {
        if (Broker.Missing is null)
            broker = await Broker.StartNewAsync();
    }

    public async Task DisposeAsync()
    {
        if (broker is not null)
            await broker.DisposeAsync();
    }
}

/// <summary>One for the tests of one class, which end it and start it again, beside those on the shared one: most of their time they wait for it.</summary>
public sealed class OwnBroker : SharedBroker
{
    /// <summary>Running, also if the test before has failed half-way.</summary>
    public async Task<Broker> RunningAsync()
    {
        if (!Broker.IsRunning)
            await Broker.StartAsync();
        return Broker;
    }
}

/// <summary>Tests one after the other, on one broker.</summary>
[CollectionDefinition(nameof(SharedBroker))]
public sealed class BrokerTests : ICollectionFixture<SharedBroker>;
