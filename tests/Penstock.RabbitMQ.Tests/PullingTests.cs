using System.Text;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Tests;

[Collection(nameof(SharedBroker))]
public sealed class PullingTests(SharedBroker shared) : QueueTest
{
    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task A_job_waits_in_the_broker_and_not_in_a_busy_worker()
    {
        var store = Open<int>(Options(Broker));
        for (var n = 0; n < 6; n++)
            await store.SubmitAsync(n, ct: Soon);

        // The first worker takes two and keeps them; the rest must reach the others.
        var busy = Pulling(Open<int>(Options(Broker)), 2, Soon);
        var seen = new List<int> { (await NextAsync(busy)).Payload, (await NextAsync(busy)).Payload };
        var others = new[] { Open<int>(Options(Broker)), Open<int>(Options(Broker)) };
        var jobs = others.Select(other => Pulling(other, 1, Soon)).ToArray();
        var asked = jobs.Select(NextAsync).ToArray(); // always both: the broker may give the next one to either
        for (var n = 0; n < 4; n++)
        {
            var other = Array.IndexOf(asked, await Task.WhenAny(asked));
            var job = await asked[other];
            seen.Add(job.Payload);
            await others[other].CompleteAsync(job, Soon);
            asked[other] = NextAsync(jobs[other]);
        }

        Assert.Equal([0, 1, 2, 3, 4, 5], seen.Order());
        var third = busy.MoveNextAsync();
        await store.SubmitAsync(6, ct: Soon);
        var next = await Task.WhenAny(asked);
        Assert.Equal(6, (await next).Payload);
        Assert.False(third.IsCompleted);
    }

    [BrokerFact]
    public async Task A_pull_that_is_cancelled_while_it_begins_leaves_no_consumer_that_keeps_jobs()
    {
        var queue = Open<int>(Options(Broker));
        await queue.SubmitAsync(1, ct: Soon);
        for (var round = 0; round < 100; round++)
        {
            using var cancelled = new CancellationTokenSource();
            var first = Pulling(queue, 1, cancelled.Token).MoveNextAsync().AsTask();
            await cancelled.CancelAsync();
            try
            {
                if (await first)
                    return; // it was quicker
            }
            catch (OperationCanceledException)
            {
                // Somewhere on its way.
            }
        }

        // Whatever was begun has ended: the job is there for another connection.
        await ExpectAsync(queue, waiting: 1);
        Assert.Equal(1, (await NextAsync(Pulling(Open<int>(Options(Broker)), 1, Soon))).Payload);
    }

    [BrokerFact]
    public async Task A_count_of_attempts_that_another_program_wrote_ends_in_the_dead_letters()
    {
        var queue = Open<int>(Options(Broker));
        await queue.CountAsync(Soon);
        var channel = await ChannelAsync(Broker);
        var properties = new BasicProperties { MessageId = "odd", Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["penstock-attempts"] = int.MaxValue } };
        await channel.BasicPublishAsync("", Name, mandatory: true, properties, "7"u8.ToArray(), Soon);
        await queue.SubmitAsync(8, ct: Soon);
        Assert.Equal(8, (await NextAsync(Pulling(queue, 1, Soon))).Payload);
        await ExpectAsync(queue, waiting: 0, dead: 1);
    }

    [BrokerFact]
    public async Task Unreadable_messages_are_put_aside_with_the_reason_and_pulling_goes_on()
    {
        var queue = Open<int[]>(Options(Broker) with { MaxPayloadBytes = 20 });
        await queue.CountAsync(Soon);
        var channel = await ChannelAsync(Broker);
        foreach (var body in new[] { "no json", """{"a":1}""", "null", "", "[1,2,3,4,5,6,7,8,9,10]" })
            await channel.BasicPublishAsync("", Name, mandatory: true, new BasicProperties { MessageId = $"id {body}" }, Encoding.UTF8.GetBytes(body), Soon);
        await queue.SubmitAsync([1], ct: Soon);

        var job = await NextAsync(Pulling(queue, 1, Soon));

        Assert.Equal([1], job.Payload);
        await ExpectAsync(queue, waiting: 0, dead: 5);
        var dead = await UntilDeadAsync(queue, 5);
        Assert.Equal(["no json", """{"a":1}""", "null", "", "[1,2,3,4,5,6,7,8,9,10]"], dead.Select(d => Encoding.UTF8.GetString(d.Payload.Span)));
        Assert.All(dead.Take(2), d => Assert.StartsWith("System.Text.Json.JsonException: ", d.Reason, StringComparison.Ordinal));
        Assert.Contains("is null", dead[2].Reason, StringComparison.Ordinal);
        Assert.Contains("22 bytes; MaxPayloadBytes allows 20", dead[4].Reason, StringComparison.Ordinal);
        Assert.All(dead, d => Assert.Equal(0, d.Attempts));
    }

    [BrokerFact]
    public async Task A_message_without_a_name_gets_one_for_all_its_tries()
    {
        var queue = Open<int>(Options(Broker));
        await queue.CountAsync(Soon);
        await (await ChannelAsync(Broker)).BasicPublishAsync("", Name, "7"u8.ToArray(), Soon);

        var jobs = Pulling(queue, 1, Soon);
        var first = await NextAsync(jobs);
        await queue.FailAsync(first, new InvalidOperationException(), Soon);
        var second = await NextAsync(jobs);

        Assert.Equal((7, 1, 2), (second.Payload, first.Attempt, second.Attempt));
        Assert.NotEmpty(first.Id);
        Assert.Equal(first.Id, second.Id);
    }

    [BrokerFact]
    public async Task Jobs_that_were_sent_ahead_go_back_without_the_cost_of_a_try_when_the_pulling_ends()
    {
        var queue = Open<int>(Options(Broker));
        for (var n = 0; n < 5; n++)
            await queue.SubmitAsync(n, ct: Soon);
        using var stop = new CancellationTokenSource();
        var jobs = Pulling(queue, 5, stop.Token);
        var held = await NextAsync(jobs);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await jobs.MoveNextAsync());

        await queue.CompleteAsync(held, Soon);  // what was pulled can still be settled
        var again = Pulling(queue, 5, Soon);
        var rest = new List<Job<int>>();
        for (var n = 0; n < 4; n++)
            rest.Add(await NextAsync(again));

        Assert.Equal([1, 2, 3, 4], rest.Select(job => job.Payload).Order());
        Assert.All(rest, job => Assert.Equal(1, job.Attempt));
    }
}
