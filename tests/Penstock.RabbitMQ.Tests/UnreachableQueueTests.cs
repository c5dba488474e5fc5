using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

/// <summary>
/// The queue is there, but the node of the cluster is down that has it. One node is enough to play this: the broker knows such a queue from its table of durable
/// queues, and misses it in that of running ones.
/// </summary>
[Collection(nameof(SharedBroker))]
public sealed class UnreachableQueueTests(SharedBroker shared) : QueueTest
{
    private const string Told = "the broker cannot get at it just now. Is a node of the cluster down?";

    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task It_is_waited_for_and_not_declared_again()
    {
        var queue = Open<int>(Options(Broker) with { SubmitTimeout = TimeSpan.FromSeconds(2) });
        var store = Open<int>(Options(Broker));
        await store.SubmitAsync(1, ct: Soon);
        await queue.CountAsync(Soon);
        var held = await NextAsync(Pulling(queue, 1, Soon)); // it is connected, and that pull has no room for another
        await store.SubmitAsync(2, ct: Soon);
        await DownAsync();

        var jobs = Pulling(queue, 1, Soon);
        var missed = Log.NextAsync(Told);
        var next = NextAsync(jobs);
        await missed.WaitAsync(Soon);
        Assert.Contains(Told, queue.Outage!.Reason, StringComparison.Ordinal);
        RabbitMqJobQueueException submitting;
        do // the time allowed may be over in the middle of a try
            submitting = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await queue.SubmitAsync(3, ct: Soon));
        while (!submitting.Message.Contains(Told, StringComparison.Ordinal));
        Assert.Contains($"home node 'penstock{Broker.Port}@localhost'", submitting.Message, StringComparison.Ordinal);
        Assert.True(submitting.IsTransient);
        await UpAsync();

        Assert.Equal(2, (await next).Payload);
        Assert.Null(queue.Outage);
        await queue.CompleteAsync(held, Soon);
        await store.SubmitAsync(4, ct: Soon);
    }

    [BrokerFact]
    public async Task A_job_that_is_submitted_meanwhile_waits_for_the_time_allowed()
    {
        var queue = Open<int>(Options(Broker));
        await queue.CountAsync(Soon);
        await DownAsync();

        var submitting = queue.SubmitAsync(1, ct: Soon).AsTask();
        await UpAsync(); // rabbitmqctl takes a second: it has been tried meanwhile

        await submitting;
        await ExpectAsync(queue, waiting: 1);
    }

    private Task DownAsync() => Broker.ControlAsync("eval", $"mnesia:dirty_delete(rabbit_queue, {Record}).");

    private Task UpAsync() => Broker.ControlAsync("eval", $"[Queue] = mnesia:dirty_read(rabbit_durable_queue, {Record}), mnesia:dirty_write(rabbit_queue, Queue).");

    private string Record => $"rabbit_misc:r(<<\"/\">>, queue, <<\"{Name}\">>)";
}
