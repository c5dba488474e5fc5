using Penstock.Hosting;
using Penstock.Hosting.Tests.Queues;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

/// <summary>What every job queue does, on quorum queues.</summary>
[Collection(nameof(SharedBroker))]
public sealed class QuorumQueueTests(SharedBroker shared) : BrokerContract(shared, quorum: true);

/// <summary>What every job queue does, on classic queues.</summary>
[Collection(nameof(SharedBroker))]
public sealed class ClassicQueueTests(SharedBroker shared) : BrokerContract(shared, quorum: false);

public abstract class BrokerContract(SharedBroker shared, bool quorum) : JobQueueContract
{
    private readonly string name = $"q{Guid.NewGuid():N}";
    private readonly List<RabbitMqJobQueue<Work>> opened = [];

    protected override bool HasLeases => false;

    protected override bool KeepsPlaces => false;

    protected override bool RemembersNames => false;

    protected override bool CountsLag => true;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var queue in opened)
            await queue.DisposeAsync();
    }

    protected override Task<IJobQueue<Work>> OpenAsync(QueueSettings settings)
    {
        var queue = new RabbitMqJobQueue<Work>(new()
        {
            Uri = shared.Broker.Uri,
            Queue = name,
            Quorum = quorum,
            MaxAttempts = settings.MaxAttempts,
            Backoff = settings.Backoff,
        });
        opened.Add(queue);
        return Task.FromResult<IJobQueue<Work>>(queue);
    }

    /// <summary>The broker's time passes by itself.</summary>
    protected override Task PassAsync(TimeSpan time) => Task.CompletedTask;
}
