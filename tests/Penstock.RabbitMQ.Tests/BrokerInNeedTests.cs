using Penstock.RabbitMQ.Tests.Brokers;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Tests;

/// <summary>The broker refuses what is too much for it.</summary>
public sealed class BrokerInNeedTests(OwnBroker own) : QueueTest, IClassFixture<OwnBroker>
{
    [BrokerFact]
    public async Task A_message_beyond_the_brokers_limit_fails_alone_among_all_that_are_under_way()
    {
        var broker = await own.RunningAsync();
        await broker.ControlAsync("eval", "application:set_env(rabbit, max_message_size, 20000).");
        var queue = Open<string>(Options(broker));

        // The broker ends the channel of all: nobody but the one it refuses may notice.
        var guilty = new List<Task>();
        var submits = new List<Task>();
        for (var n = 0; n < 400; n++)
        {
            if (n is 100 or 200 or 300)
                guilty.Add(queue.SubmitAsync(new('x', 30_000), ct: Soon).AsTask());
            submits.Add(queue.SubmitAsync($"{n}", ct: Soon).AsTask());
        }

        await Task.WhenAll(submits);
        foreach (var submit in guilty)
        {
            var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(() => submit);
            Assert.Contains("the message is larger than the broker allows. Raise max_message_size", error.Message, StringComparison.Ordinal);
            Assert.False(error.IsTransient);
        }

        var (seen, jobs) = (new HashSet<string>(StringComparer.Ordinal), Pulling(queue, 50, Soon));
        while (seen.Count < submits.Count)
        {
            var job = await NextAsync(jobs);
            seen.Add(job.Payload);
            await queue.CompleteAsync(job, Soon);
        }
    }

    [BrokerFact]
    public async Task While_the_broker_takes_nothing_nothing_more_is_sent_and_afterwards_all_goes_on()
    {
        var broker = await own.RunningAsync();
        var queue = Open<string>(Options(broker));
        await queue.CountAsync(Soon);
        await broker.ControlAsync("set_vm_memory_high_watermark", "0");
        try
        {
            // The broker tells of its need when the first message comes.
            var blocked = Log.NextAsync("The broker takes no messages just now");
            var first = queue.SubmitAsync("first", ct: Soon).AsTask();
            await blocked.WaitAsync(Soon);
            using var cancel = new CancellationTokenSource();
            var second = queue.SubmitAsync("second", ct: cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
            var third = queue.SubmitAsync("third", ct: Soon).AsTask();
            Assert.False(first.IsCompleted || third.IsCompleted);

            await broker.ControlAsync("set_vm_memory_high_watermark", "0.6");
            await Task.WhenAll(first, third);
        }
        finally
        {
            await broker.ControlAsync("set_vm_memory_high_watermark", "0.6");
        }

        var (seen, jobs) = (new List<string>(), Pulling(queue, 2, Soon));
        for (var n = 0; n < 2; n++)
        {
            seen.Add((await NextAsync(jobs)).Payload);
            await queue.CompleteAsync(jobs.Current, Soon);
        }

        Assert.Equal(["first", "third"], seen.Order(StringComparer.Ordinal));
        await ExpectAsync(queue, waiting: 0);
    }

    [BrokerFact]
    public async Task While_the_broker_takes_nothing_jobs_are_pulled_and_completed()
    {
        var broker = await own.RunningAsync();
        var queue = Open<string>(Options(broker));
        await queue.SubmitAsync("first", ct: Soon);
        await queue.SubmitAsync("second", ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        var first = await NextAsync(jobs);
        await broker.ControlAsync("set_vm_memory_high_watermark", "0");
        try
        {
            var blocked = Log.NextAsync("The broker takes no messages just now");
            var third = queue.SubmitAsync("third", ct: Soon).AsTask();
            await blocked.WaitAsync(Soon);
            await queue.CompleteAsync(first, Soon);
            Assert.Equal("second", (await NextAsync(jobs)).Payload);
            Assert.False(third.IsCompleted);
        }
        finally
        {
            await broker.ControlAsync("set_vm_memory_high_watermark", "0.6");
        }
    }

    [BrokerFact]
    public async Task A_message_without_a_name_waits_for_one_while_the_broker_takes_nothing_and_loses_no_try()
    {
        var broker = await own.RunningAsync();
        var options = Options(broker) with { SubmitTimeout = TimeSpan.FromMilliseconds(200), MaxAttempts = 2 };
        var queue = Open<string>(options);
        await Open<string>(Options(broker)).CountAsync(Soon);
        await (await ChannelAsync(broker)).BasicPublishAsync("", Name, "\"nameless\""u8.ToArray(), Soon);
        await broker.ControlAsync("set_vm_memory_high_watermark", "0");
        var jobs = Pulling(queue, 1, Soon);
        Task<bool> next;
        try
        {
            var refused = Log.NextAsync("did not confirm it within");
            next = jobs.MoveNextAsync().AsTask();
            for (var attempt = 1; attempt <= options.MaxAttempts + 1; attempt++)
            {
                await refused.WaitAsync(Soon);
                refused = Log.NextAsync("did not confirm it within");
            }
        }
        finally
        {
            await broker.ControlAsync("set_vm_memory_high_watermark", "0.6");
        }

        // Twice: what was sent before the broker told of its need is there after it.
        for (var n = 0; n < 2; n++)
        {
            Assert.True(await next.WaitAsync(Soon));
            Assert.Equal(("nameless", 1), (jobs.Current.Payload, jobs.Current.Attempt));
            await queue.CompleteAsync(jobs.Current, Soon);
            if (n == 0)
                next = jobs.MoveNextAsync().AsTask();
        }

        await ExpectAsync(queue, waiting: 0);
    }

    [BrokerFact]
    public Task A_submit_whose_patience_ends_while_memory_is_short_says_why() =>
        SaysWhyAsync("low on memory", ["set_vm_memory_high_watermark", "0"], ["set_vm_memory_high_watermark", "0.6"]);

    [BrokerFact]
    public Task A_submit_whose_patience_ends_while_the_disk_is_full_says_why() =>
        SaysWhyAsync("low on disk", ["set_disk_free_limit", "1000000GB"], ["set_disk_free_limit", "1MB"]);

    [BrokerFact]
    public async Task A_message_that_ends_every_connection_is_sent_again_with_pauses()
    {
        await using var line = Line.To(await own.RunningAsync());
        var queue = Open<string>(Options(own.Broker) with { Uri = line.Uri, SubmitTimeout = TimeSpan.FromSeconds(10) });
        await queue.CountAsync(Soon);
        line.HangUpOn("unbearable");

        await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await queue.SubmitAsync("unbearable", ct: Soon));

        Assert.InRange(Log.All.Count(line => line.Contains("is there again", StringComparison.Ordinal)), 1, 12); // after 0.1, 0.2, 0.4, 0.8 s, and then a second each
    }

    private async Task SaysWhyAsync(string why, string[] need, string[] plenty)
    {
        var broker = await own.RunningAsync();
        var queue = Open<string>(Options(broker) with { SubmitTimeout = TimeSpan.FromSeconds(2) });
        await queue.CountAsync(Soon);
        await broker.ControlAsync(need);
        try
        {
            // The broker tells of its need when the first message comes.
            var blocked = Log.NextAsync("The broker takes no messages just now");
            _ = queue.SubmitAsync("first", ct: Soon).AsTask();
            await blocked.WaitAsync(Soon);

            var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await queue.SubmitAsync("second", ct: Soon));
            Assert.Contains($"since it takes nothing just now ({why})", error.Message, StringComparison.Ordinal);
            Assert.True(error.IsTransient);
        }
        finally
        {
            await broker.ControlAsync(plenty);
        }
    }
}
