using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Tests;

/// <summary>Somebody deletes queues and exchanges on the broker while they are used.</summary>
[Collection(nameof(SharedBroker))]
public sealed class DeletedQueueTests(SharedBroker shared) : QueueTest
{
    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task A_queue_that_is_pulled_from_is_declared_again()
    {
        var queue = Open<int>(Options(Broker));
        var jobs = Pulling(queue, 1, Soon);
        var next = NextAsync(jobs);
        await queue.SubmitAsync(1, ct: Soon);
        await queue.CompleteAsync(await next, Soon);

        next = NextAsync(jobs);
        var (interrupted, tryingAgain) = (Log.NextAsync("hands out no more jobs just now"), Log.NextAsync("Trying again"));
        await (await ChannelAsync(Broker)).QueueDeleteAsync(Name, cancellationToken: Soon);
        await interrupted.WaitAsync(Soon);
        await tryingAgain.WaitAsync(Soon);
        await queue.SubmitAsync(2, ct: Soon);

        Assert.Equal(2, (await next).Payload);
    }

    [BrokerFact]
    public async Task A_queue_that_is_submitted_to_is_declared_again()
    {
        var queue = Open<int>(Options(Broker));
        await queue.CountAsync(Soon);
        await DeleteQueueAsync(Name);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => queue.SubmitAsync(n, ct: Soon).AsTask()));

        await ExpectAsync(queue, waiting: 50);
    }

    [BrokerFact]
    public async Task A_retry_queue_is_declared_again_when_a_job_fails()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(1, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        var job = await NextAsync(jobs);
        await DeleteQueueAsync($"{Name}.retry.100");

        await queue.FailAsync(job, new InvalidOperationException("once more"), Soon);

        var again = await NextAsync(jobs);
        Assert.Equal((job.Id, 2), (again.Id, again.Attempt));
    }

    [BrokerFact]
    public async Task The_queue_of_dead_jobs_is_declared_and_bound_again_when_a_job_dies()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(1, ct: Soon);
        var job = await NextAsync(Pulling(queue, 1, Soon));
        await DeleteQueueAsync($"{Name}.dead");

        await queue.FailAsync(job, new JobRejectedException("never"), Soon);

        await ExpectAsync(queue, waiting: 0, dead: 1);
    }

    [BrokerFact]
    public async Task The_exchange_of_dead_jobs_is_declared_again_and_submits_beside_do_not_suffer()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(-1, ct: Soon);
        var job = await NextAsync(Pulling(queue, 1, Soon));
        await (await ChannelAsync(Broker)).ExchangeDeleteAsync($"{Name}.dead", cancellationToken: Soon);

        // The broker ends the channel of all, as the exchange is not there.
        var submits = Enumerable.Range(0, 200).Select(n => queue.SubmitAsync(n, ct: Soon).AsTask()).ToList();
        await queue.FailAsync(job, new JobRejectedException("never"), Soon);
        await Task.WhenAll(submits);

        Assert.Single(await UntilDeadAsync(queue));
        long waiting;
        do
            waiting = (await queue.CountAsync(Soon)).Waiting; // it follows a moment later
        while (waiting < 199);
        Assert.InRange(waiting, 199, 500); // one has been sent to the puller; some may be there twice
    }

    [BrokerFact]
    public async Task One_that_is_only_looked_into_is_declared_again()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(1, ct: Soon);
        await DeleteQueueAsync($"{Name}.dead");
        await ExpectAsync(queue, waiting: 1);
        await DeleteQueueAsync($"{Name}.dead");
        Assert.Empty(await queue.DeadJobsAsync(Soon).ToListAsync(Soon));
    }

    [BrokerFact]
    public async Task One_that_is_not_ours_to_declare_is_named_by_whoever_misses_it()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(1, ct: Soon);
        queue = Open<int>(Options(Broker) with { Declare = false });
        var jobs = Pulling(queue, 1, Soon);
        var job = await NextAsync(jobs);
        await DeleteQueueAsync($"{Name}.retry.100");

        var failing = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await queue.FailAsync(job, new InvalidOperationException(), Soon));
        Assert.Contains($"Finding queue '{Name}.retry.100' failed", failing.Message, StringComparison.Ordinal);
        await queue.CompleteAsync(job, Soon); // it is still this worker's

        var next = jobs.MoveNextAsync();
        await DeleteQueueAsync(Name);
        var pulling = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await next);
        var submitting = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await queue.SubmitAsync(2, ct: Soon));
        Assert.All([pulling, submitting], error =>
        {
            Assert.Contains($"Finding queue '{Name}' failed", error.Message, StringComparison.Ordinal);
            Assert.Contains("it is not there. Create it, or let the queue do so", error.Message, StringComparison.Ordinal);
            Assert.False(error.IsTransient);
        });
    }

    private async Task DeleteQueueAsync(string name) => await (await ChannelAsync(Broker)).QueueDeleteAsync(name, cancellationToken: Soon);
}
