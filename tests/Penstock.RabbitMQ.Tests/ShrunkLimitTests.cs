using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Tests;

/// <summary>The broker was given a lower limit, which counts for new channels, while larger jobs were in its queue: it takes none of them again.</summary>
public sealed class ShrunkLimitTests(OwnBroker own) : QueueTest, IClassFixture<OwnBroker>
{
    private const int Plenty = 134_217_728;

    private static readonly string Large = new('x', 30_000);

    [BrokerFact]
    public Task A_job_that_fails_is_put_aside_by_a_quorum_queue_and_its_worker_goes_on() => WorkerGoesOnAsync(quorum: true);

    [BrokerFact]
    public Task A_job_that_fails_is_put_aside_by_a_classic_queue_and_its_worker_goes_on() => WorkerGoesOnAsync(quorum: false);

    [BrokerFact]
    public async Task A_job_that_had_failed_before_tells_of_that_among_the_dead()
    {
        var (broker, options) = await StartAsync();
        var store = Open<string>(options);
        await store.SubmitAsync(Large, ct: Soon);
        await store.FailAsync(await NextAsync(Pulling(store, 1, Soon)), new InvalidOperationException("the first time"), Soon);
        await store.DisposeAsync();
        var queue = Open<string>(options);
        var again = await NextAsync(Pulling(queue, 1, Soon));
        await ShrinkAsync(broker);

        await queue.FailAsync(again, new InvalidOperationException("the second time"), Soon);

        await ExpectDeadAsync(queue, again.Id, attempts: 1, "It had failed before: System.InvalidOperationException: the first time");
    }

    [BrokerFact]
    public async Task A_job_that_the_broker_has_put_aside_starts_anew_when_it_is_moved_back()
    {
        var (broker, options) = await StartAsync();
        var store = Open<string>(options);
        var id = await store.SubmitAsync(Large, ct: Soon);
        await store.FailAsync(await NextAsync(Pulling(store, 1, Soon)), new InvalidOperationException("the first time"), Soon);
        await store.DisposeAsync();
        var queue = Open<string>(options with { MaxAttempts = 2 });
        var again = await NextAsync(Pulling(queue, 1, Soon));
        await ShrinkAsync(broker);
        await queue.FailAsync(again, new InvalidOperationException("the second time"), Soon);
        await ExpectDeadAsync(queue, id, attempts: 1, "the first time");
        await queue.DisposeAsync();
        await LimitAsync(broker, Plenty);

        await MoveBackAsync(broker);

        var job = await NextAsync(Pulling(Open<string>(options), 1, Soon));
        Assert.Equal((id, 1), (job.Id, job.Attempt));
    }

    [BrokerFact]
    public async Task A_job_that_is_released_goes_back_at_the_cost_of_a_try()
    {
        var (broker, options) = await StartAsync();
        var queue = Open<string>(options with { MaxAttempts = 3 });
        var id = await Open<string>(options).SubmitAsync(Large, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        await ShrinkAsync(broker);

        // As often as it has tries: it never comes again and again for ever.
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var job = await NextAsync(jobs);
            Assert.Equal((id, attempt), (job.Id, job.Attempt));
            await queue.ReleaseAsync(job, Soon);
        }

        await queue.SubmitAsync("small", ct: Soon);
        Assert.Equal("small", (await NextAsync(jobs)).Payload);
        await ExpectDeadAsync(queue, id);
    }

    [BrokerFact]
    public async Task A_try_that_a_classic_queue_cannot_count_is_the_last()
    {
        var (broker, options) = await StartAsync(quorum: false);
        var queue = Open<string>(options);
        var id = await Open<string>(options).SubmitAsync(Large, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        var job = await NextAsync(jobs);
        await ShrinkAsync(broker);

        await queue.ReleaseAsync(job, Soon);

        await queue.SubmitAsync("small", ct: Soon);
        Assert.Equal("small", (await NextAsync(jobs)).Payload);
        await ExpectDeadAsync(queue, id);
        Assert.Contains(Log.All, line => line.Contains("A try ended without a word", StringComparison.Ordinal));
    }

    [BrokerFact]
    public async Task What_is_no_job_is_put_aside_by_the_broker_and_pulling_goes_on()
    {
        var (broker, options) = await StartAsync();
        var queue = Open<string>(options with { MaxPayloadBytes = 1000 });
        await queue.CountAsync(Soon);
        var channel = await ChannelAsync(broker);
        await channel.BasicPublishAsync("", Name, mandatory: true, new BasicProperties { MessageId = "poison" }, new byte[30_000], Soon);
        await channel.BasicPublishAsync("", Name, new byte[30_000], Soon); // nor can it be given a name
        await Open<string>(options).SubmitAsync("small", ct: Soon);
        await ShrinkAsync(broker);

        Assert.Equal("small", (await NextAsync(Pulling(queue, 1, Soon))).Payload);

        await ExpectAsync(queue, waiting: 0, dead: 2);
        Assert.Contains(Log.All, line => line.Contains("Job 'poison' was put aside", StringComparison.Ordinal) && line.Contains("30000 bytes; MaxPayloadBytes allows 1000", StringComparison.Ordinal));
    }

    [BrokerFact]
    public async Task A_queue_that_others_have_declared_alike_puts_a_job_aside_too()
    {
        var (broker, options) = await StartAsync();
        await Open<string>(options).SubmitAsync(Large, ct: Soon);
        var queue = Open<string>(options with { Declare = false });
        var job = await NextAsync(Pulling(queue, 1, Soon));
        await ShrinkAsync(broker);

        await queue.FailAsync(job, new InvalidOperationException(), Soon);

        await ExpectDeadAsync(queue, job.Id);
    }

    [BrokerFact]
    public async Task A_queue_that_might_drop_a_job_is_not_asked_to_put_it_aside()
    {
        var (broker, options) = await StartAsync(quorum: false);
        var channel = await ChannelAsync(broker);
        await channel.ExchangeDeclareAsync($"{Name}.dead", ExchangeType.Fanout, durable: true, cancellationToken: Soon);
        foreach (var each in (string[])[Name, $"{Name}.dead"])
            await channel.QueueDeclareAsync(each, durable: true, exclusive: false, autoDelete: false, cancellationToken: Soon);
        var queue = Open<string>(options with { Declare = false, MaxAttempts = 1 });
        await Open<string>(options with { Declare = false, MaxAttempts = 1 }).SubmitAsync(Large, ct: Soon);
        var job = await NextAsync(Pulling(queue, 1, Soon));
        await ShrinkAsync(broker);

        var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await queue.FailAsync(job, new InvalidOperationException(), Soon));

        Assert.Contains("Raise max_message_size", error.Message, StringComparison.Ordinal);
        Assert.Contains($"Nor is it sure that the broker would put it aside, and not drop it: Declaring queue '{Name}' failed", error.Message, StringComparison.Ordinal);
        await queue.CompleteAsync(job, Soon); // it is still this worker's
    }

    private async Task WorkerGoesOnAsync(bool quorum)
    {
        var (broker, options) = await StartAsync(quorum);
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var done = new TaskCompletionSource<string>();
        builder.Services.AddSingleton<ILoggerFactory>(Log).AddRabbitMqJobQueue<string>(_ => options);
        builder.Services.AddPipelineWorker<string, string>(jobs => jobs.Select(job => job), (job, _) =>
        {
            if (job.Payload == Large)
                throw new InvalidOperationException("no luck");
            done.TrySetResult(job.Payload);
            return default;
        }).Configure(worker => (worker.JobsInFlight, worker.SinkWorkers) = (1, 1));
        using var host = builder.Build();
        var queue = host.Services.GetRequiredService<RabbitMqJobQueue<string>>();
        var store = Open<string>(options);
        await store.SubmitAsync(Large, "large", Soon);
        await store.SubmitAsync("small", ct: Soon);
        await ShrinkAsync(broker);

        await host.StartAsync(Soon);
        Assert.Equal("small", await done.Task.WaitAsync(Soon));

        await ExpectAsync(queue, waiting: 0, dead: 1);
        Assert.Contains(Log.All, line =>
            line.Contains($"Job 'large' was put aside in '{Name}.dead' after 1 attempts, by the broker itself", StringComparison.Ordinal)
            && line.Contains("System.InvalidOperationException: no luck", StringComparison.Ordinal)
            && line.Contains("Raise max_message_size", StringComparison.Ordinal));
        await ExpectDeadAsync(queue, "large");
        await host.StopAsync(Soon);
    }

    private async Task<(Broker Broker, RabbitMqJobQueueOptions Options)> StartAsync(bool quorum = true)
    {
        var broker = await own.RunningAsync();
        await LimitAsync(broker, Plenty);
        return (broker, Options(broker) with { Quorum = quorum });
    }

    private static Task ShrinkAsync(Broker broker) => LimitAsync(broker, 20_000);

    private static Task LimitAsync(Broker broker, int bytes) => broker.ControlAsync("eval", $"application:set_env(rabbit, max_message_size, {bytes}).");

    private async Task ExpectDeadAsync(RabbitMqJobQueue<string> queue, string id, int attempts = 0, string reason = "")
    {
        await ExpectAsync(queue, waiting: 0, dead: 1);
        var dead = Assert.Single(await UntilDeadAsync(queue));
        Assert.Equal((id, attempts, Large.Length + 2), (dead.Id, dead.Attempts, dead.Payload.Length));
        Assert.Contains("only in the log of the worker that put it aside", dead.Reason, StringComparison.Ordinal);
        Assert.EndsWith(reason, dead.Reason, StringComparison.Ordinal);
    }
}
