using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

/// <summary>Somebody gives up while the broker is slow to answer: he leaves at once, nobody else suffers, and nothing is lost or kept.</summary>
[Collection(nameof(SharedBroker))]
public sealed class GivingUpTests(SharedBroker shared) : QueueTest
{
    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task A_submit_that_is_given_up_disturbs_no_other()
    {
        await using var line = Line.To(Broker);
        var queue = Open<string>(Options(Broker) with { Uri = line.Uri });
        await queue.SubmitAsync("before", ct: Soon);
        line.Hold();
        using var enough = new CancellationTokenSource();
        var first = queue.SubmitAsync("first", ct: Soon).AsTask();
        var givenUp = queue.SubmitAsync("given up", ct: enough.Token).AsTask();
        var last = queue.SubmitAsync("last", ct: Soon).AsTask();

        await enough.CancelAsync();
        Assert.Equal(enough.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp)).CancellationToken);
        Assert.False(first.IsCompleted || last.IsCompleted);
        line.Release();

        await Task.WhenAll(first, last);
        await queue.SubmitAsync("after", ct: Soon);
        await ExpectAsync(queue, waiting: 5); // what was sent is there, though its sender did not wait to hear so
        AssertUndisturbed();
    }

    [BrokerFact]
    public async Task A_pull_that_is_given_up_while_it_begins_keeps_no_jobs()
    {
        await using var line = Line.To(Broker);
        var (queue, store) = (Open<int>(Options(Broker) with { Uri = line.Uri }), Open<int>(Options(Broker)));
        await store.SubmitAsync(1, ct: Soon);
        var held = await NextAsync(Pulling(queue, 1, Soon)); // it is connected, and that pull has no room for another
        await store.SubmitAsync(2, ct: Soon);
        line.Hold();
        using var enough = new CancellationTokenSource();
        var beginning = Pulling(queue, 1, enough.Token).MoveNextAsync().AsTask();

        await enough.CancelAsync();
        Assert.Equal(enough.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => beginning)).CancellationToken);
        line.Release();

        Assert.Equal(2, (await NextAsync(Pulling(store, 1, Soon))).Payload);
        await queue.CompleteAsync(held, Soon);
        AssertUndisturbed();
    }

    [BrokerFact]
    public async Task A_settlement_that_is_given_up_leaves_the_job_to_its_worker()
    {
        await using var line = Line.To(Broker);
        var queue = Open<int>(Options(Broker) with { Uri = line.Uri });
        await queue.SubmitAsync(1, "it", Soon);
        var jobs = Pulling(queue, 1, Soon);
        var job = await NextAsync(jobs);
        foreach (var settle in (Func<CancellationToken, ValueTask>[])[ct => queue.FailAsync(job, new InvalidOperationException(), ct), ct => queue.ReleaseAsync(job, ct)])
        {
            line.Hold();
            using var enough = new CancellationTokenSource();
            var settling = settle(enough.Token).AsTask();
            Assert.False(settling.IsCompleted);
            await enough.CancelAsync();
            Assert.Equal(enough.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => settling)).CancellationToken);
            line.Release();
            await queue.ExtendAsync(job, TimeSpan.FromMinutes(1), Soon);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await queue.CompleteAsync(job, new CancellationToken(canceled: true)));
        await queue.CompleteAsync(job, Soon);

        // What was written anew is there, though nobody waited for it: at least once is what queues promise.
        Assert.Equal("it", (await NextAsync(jobs)).Id);
        AssertUndisturbed();
    }

    [BrokerFact]
    public async Task Jobs_that_were_sent_ahead_go_back_even_if_the_broker_is_slow_to_end_the_pull()
    {
        await using var line = Line.To(Broker);
        var store = Open<int>(Options(Broker));
        for (var n = 0; n < 5; n++)
            await store.SubmitAsync(n, ct: Soon);
        var queue = Open<int>(Options(Broker) with { Uri = line.Uri });
        using var enough = new CancellationTokenSource();
        var jobs = Pulling(queue, 5, enough.Token);
        var held = await NextAsync(jobs);
        await ExpectAsync(store, waiting: 0); // all have been sent
        line.Hold();

        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await jobs.MoveNextAsync());
        line.Release();

        var (seen, others) = (new List<int>(), Pulling(store, 5, Soon));
        for (var n = 0; n < 4; n++)
            seen.Add((await NextAsync(others)).Payload);
        Assert.Equal([1, 2, 3, 4], seen.Order());
        await queue.CompleteAsync(held, Soon); // its channel has been open all the time
        AssertUndisturbed();
    }

    private void AssertUndisturbed() => Assert.DoesNotContain(Log.All, line => line.Contains("is there again", StringComparison.Ordinal) || line.Contains("hands out no more", StringComparison.Ordinal));
}
