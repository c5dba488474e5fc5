using System.Text;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

[Collection(nameof(SharedBroker))]
public sealed class SettlingTests(SharedBroker shared) : QueueTest
{
    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task A_completed_job_is_gone()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(1, ct: Soon);
        await queue.CompleteAsync(await NextAsync(Pulling(queue, 1, Soon)), Soon);
        await queue.DisposeAsync();

        await ExpectAsync(Open<int>(Options(Broker)), waiting: 0);
    }

    [BrokerFact]
    public async Task After_the_last_try_a_job_is_put_aside_with_all_that_is_known()
    {
        var queue = Open<int>(Options(Broker) with { MaxAttempts = 3 });
        await queue.SubmitAsync(1, "it", Soon);
        var jobs = Pulling(queue, 1, Soon);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var job = await NextAsync(jobs);
            Assert.Equal(attempt, job.Attempt);
            await queue.FailAsync(job, new InvalidOperationException($"no {attempt}"), Soon);
        }

        // Looking twice takes nothing away.
        for (var look = 0; look < 2; look++)
        {
            await ExpectAsync(queue, waiting: 0, dead: 1);
            var dead = Assert.Single(await UntilDeadAsync(queue));
            Assert.Equal(("it", "System.InvalidOperationException: no 3", 3), (dead.Id, dead.Reason, dead.Attempts));
        }

        var message = (await (await ChannelAsync(Broker)).BasicGetAsync($"{Name}.dead", autoAck: false, Soon))!;
        var headers = message.BasicProperties.Headers!.Where(h => h.Value is byte[]).ToDictionary(h => h.Key, h => Encoding.UTF8.GetString((byte[])h.Value!), StringComparer.Ordinal);
        Assert.Equal("System.InvalidOperationException", headers["penstock-exception"]);
        Assert.Equal(Environment.MachineName, headers["penstock-host"]);
        Assert.InRange(DateTimeOffset.Parse(headers["penstock-first-failure"], null), TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow());
    }

    [BrokerFact]
    public Task A_dead_job_that_is_moved_back_to_a_quorum_queue_starts_anew() => StartsAnewAsync(quorum: true);

    [BrokerFact]
    public Task A_dead_job_that_is_moved_back_to_a_classic_queue_starts_anew() => StartsAnewAsync(quorum: false);

    [BrokerFact]
    public async Task A_rejected_job_is_put_aside_at_once()
    {
        var queue = Open<string>(Options(Broker));
        await queue.SubmitAsync("x", ct: Soon);

        await queue.FailAsync(await NextAsync(Pulling(queue, 1, Soon)), new JobRejectedException("never"), Soon);

        await ExpectAsync(queue, waiting: 0, dead: 1);
        var dead = Assert.Single(await UntilDeadAsync(queue));
        Assert.Equal(("Penstock.Hosting.JobRejectedException: never", 1, "\"x\""), (dead.Reason, dead.Attempts, Encoding.UTF8.GetString(dead.Payload.Span)));
    }

    [BrokerFact]
    public async Task A_released_job_comes_back_at_once_and_costs_no_try()
    {
        var queue = Open<int>(Options(Broker) with { MaxAttempts = 2, Backoff = TimeSpan.FromHours(1), MaxBackoff = TimeSpan.FromHours(1) });
        await queue.SubmitAsync(1, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        for (var n = 0; n < 5; n++)
        {
            var job = await NextAsync(jobs);
            Assert.Equal(1, job.Attempt);
            await queue.ReleaseAsync(job, Soon);
        }
    }

    [BrokerFact]
    public async Task A_job_is_settled_once()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(1, ct: Soon);
        await queue.SubmitAsync(2, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        var job = await NextAsync(jobs);
        await queue.CompleteAsync(job, Soon);

        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.CompleteAsync(job, Soon));
        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.FailAsync(job, new InvalidOperationException(), Soon));
        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.ReleaseAsync(job, Soon));

        Assert.Equal(2, (await NextAsync(jobs)).Payload);  // the channel has not suffered
    }

    [BrokerFact]
    public async Task A_job_of_another_kind_of_queue_is_refused()
    {
        var queue = Open<int>(Options(Broker));

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.CompleteAsync(new() { Id = "x", Payload = 1 }, Soon));

        Assert.Contains("was not pulled from a RabbitMQ queue", error.Message, StringComparison.Ordinal);
    }

    [BrokerFact]
    public Task A_job_whose_workers_die_again_and_again_is_put_aside_by_a_quorum_queue() => DiesAgainAndAgainAsync(quorum: true);

    [BrokerFact]
    public Task A_job_whose_workers_die_again_and_again_is_put_aside_by_a_classic_queue() => DiesAgainAndAgainAsync(quorum: false);

    [BrokerFact]
    public async Task A_closed_queue_gives_its_jobs_back_and_they_are_its_own_no_more()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(1, ct: Soon);
        var job = await NextAsync(Pulling(queue, 1, Soon));
        await queue.ExtendAsync(job, TimeSpan.FromMinutes(1), Soon);
        Assert.Equal(Timeout.InfiniteTimeSpan, queue.Lease);

        await queue.DisposeAsync();

        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.ExtendAsync(job, TimeSpan.FromMinutes(1), Soon));
        await Assert.ThrowsAsync<JobLeaseLostException>(async () => await queue.CompleteAsync(job, Soon));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await queue.SubmitAsync(2, ct: Soon));
        Assert.Equal(1, (await NextAsync(Pulling(Open<int>(Options(Broker)), 1, Soon))).Payload);
    }

    private async Task StartsAnewAsync(bool quorum)
    {
        var queue = Open<int>(Options(Broker) with { MaxAttempts = 2, Quorum = quorum });
        await queue.SubmitAsync(1, "it", Soon);
        var jobs = Pulling(queue, 1, Soon);
        for (var attempt = 1; attempt <= 2; attempt++)
            await queue.FailAsync(await NextAsync(jobs), new InvalidOperationException("before"), Soon);
        await ExpectAsync(queue, waiting: 0, dead: 1);
        await UntilDeadAsync(queue); // which counts as a delivery

        await MoveBackAsync(Broker);

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var job = await NextAsync(jobs);
            Assert.Equal(("it", attempt), (job.Id, job.Attempt));
            await queue.FailAsync(job, new InvalidOperationException("after"), Soon);
        }

        await ExpectAsync(queue, waiting: 0, dead: 1);
        var dead = Assert.Single(await UntilDeadAsync(queue));
        Assert.Equal(("System.InvalidOperationException: after", 2), (dead.Reason, dead.Attempts));
    }

    private async Task DiesAgainAndAgainAsync(bool quorum)
    {
        var options = Options(Broker) with { MaxAttempts = 3, Quorum = quorum };
        var store = Open<int>(options);
        await store.SubmitAsync(1, "killer", Soon);
        await store.SubmitAsync(2, "good", Soon);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await using var dying = new RabbitMqJobQueue<int>(options);
            var jobs = Pulling(dying, 1, Soon);
            var job = await NextAsync(jobs);
            while (job.Id is "good")
            {
                await dying.ReleaseAsync(job, Soon);
                job = await NextAsync(jobs);
            }

            Assert.Equal(("killer", attempt), (job.Id, job.Attempt));
        }

        var putAside = Log.NextAsync($"Job 'killer' was put aside in '{Name}.dead' after 3 attempts");
        Assert.Equal("good", (await NextAsync(Pulling(store, 1, Soon))).Id);
        var more = Pulling(Open<int>(options), 1, Soon).MoveNextAsync();
        await putAside.WaitAsync(Soon);
        Assert.False(more.IsCompleted);
        await ExpectAsync(store, waiting: 0, dead: 1);
        var dead = Assert.Single(await UntilDeadAsync(store));
        Assert.Equal(("killer", 3), (dead.Id, dead.Attempts));
        Assert.Contains("Delivery limit: 3 tries, the last of which ended without a word", dead.Reason, StringComparison.Ordinal);
    }
}
