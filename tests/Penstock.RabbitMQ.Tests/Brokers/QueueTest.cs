using Penstock.Hosting;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>A test's own queues on a broker: closed behind it.</summary>
public abstract class QueueTest : IAsyncLifetime
{
    private readonly Stack<IAsyncDisposable> opened = new();

    protected string Name { get; } = $"q{Guid.NewGuid():N}";

    private protected LogLines Log { get; } = new();

    protected CancellationToken Soon { get; } = new CancellationTokenSource(TimeSpan.FromSeconds(110)).Token;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        while (opened.TryPop(out var last))
            await last.DisposeAsync();
        Log.Dispose();
    }

    private protected RabbitMqJobQueueOptions Options(Broker broker) => new()
    {
        Uri = broker.Uri,
        Queue = Name,
        Backoff = TimeSpan.FromMilliseconds(100),
        SubmitTimeout = Timeout.InfiniteTimeSpan, // a broker may take its time to come back; tests have limits of their own
        LoggerFactory = Log,
    };

    private protected RabbitMqJobQueue<T> Open<T>(RabbitMqJobQueueOptions options)
    {
        var queue = new RabbitMqJobQueue<T>(options);
        opened.Push(queue);
        return queue;
    }

    /// <summary>Waits until the broker counts as it should: its counts follow a moment later, and it lists no more dead jobs than it counts.</summary>
    private protected async Task ExpectAsync<T>(RabbitMqJobQueue<T> queue, long waiting, long dead = 0)
    {
        var expected = new JobCounts(waiting, InProgress: null, dead);
        var last = await queue.CountAsync(Soon);
        try
        {
            for (; last != expected; last = await queue.CountAsync(Soon))
                await Task.Delay(10, Soon);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The broker counts {last}, and not {expected}. The log:\n{string.Join('\n', Log.All)}");
        }
    }

    /// <summary>Waits until there are so many dead jobs: a quorum queue that is slow to answer is taken for empty, even if it was counted right before.</summary>
    private protected async Task<IReadOnlyList<DeadJob>> UntilDeadAsync<T>(RabbitMqJobQueue<T> queue, int count = 1)
    {
        while (true)
        {
            var dead = await queue.DeadJobsAsync(Soon).ToListAsync(Soon);
            if (dead.Count >= count)
                return dead;
            await Task.Delay(10, Soon);
        }
    }

    /// <summary>A bare channel, to do what other programs do. What is published is in its queue when that returns: others might overtake it.</summary>
    private protected async Task<IChannel> ChannelAsync(Broker broker)
    {
        var connection = await new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(Soon);
        opened.Push(connection);
        return await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Soon);
    }

    /// <summary>Moves a dead job back as a shovel does: with all headers.</summary>
    private protected async Task MoveBackAsync(Broker broker)
    {
        var channel = await ChannelAsync(broker);
        var message = (await channel.BasicGetAsync($"{Name}.dead", autoAck: false, Soon))!;
        await channel.BasicPublishAsync("", Name, mandatory: true, new BasicProperties(message.BasicProperties), message.Body, Soon);
        await channel.BasicAckAsync(message.DeliveryTag, multiple: false, Soon);
    }

    /// <summary>Pulls the next job and goes on pulling none.</summary>
    private protected static IAsyncEnumerator<Job<T>> Pulling<T>(RabbitMqJobQueue<T> queue, int maxInFlight, CancellationToken ct) =>
        queue.PullAsync(maxInFlight, ct).GetAsyncEnumerator(CancellationToken.None);

    private protected static async Task<Job<T>> NextAsync<T>(IAsyncEnumerator<Job<T>> jobs)
    {
        Assert.True(await jobs.MoveNextAsync());
        return jobs.Current;
    }
}
