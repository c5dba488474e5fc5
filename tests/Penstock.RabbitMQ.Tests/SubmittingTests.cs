using System.Diagnostics;
using System.Text;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

[Collection(nameof(SharedBroker))]
public sealed class SubmittingTests(SharedBroker shared) : QueueTest
{
    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task Five_thousand_submits_at_once_all_arrive()
    {
        var queue = Open<int>(Options(Broker));
        await queue.CountAsync(Soon);

        var ids = await Task.WhenAll(Enumerable.Range(0, 5000).Select(async n => await queue.SubmitAsync(n, ct: Soon)));

        Assert.Equal(5000, ids.Distinct(StringComparer.Ordinal).Count());
        await ExpectAsync(queue, waiting: 5000);
    }

    [BrokerFact]
    public async Task The_message_is_durable_json_that_other_programs_can_read()
    {
        var queue = Open<Page>(Options(Broker));
        using var activity = new Activity("submitting").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.TraceStateString = "vendor=1";

        var id = await queue.SubmitAsync(new("a.png", 3), "page-3", Soon);

        var message = (await (await ChannelAsync(Broker)).BasicGetAsync(Name, autoAck: true, Soon))!;
        Assert.Equal("page-3", id);
        Assert.Equal(("page-3", "application/json", true), (message.BasicProperties.MessageId, message.BasicProperties.ContentType, message.BasicProperties.Persistent));
        Assert.Equal("""{"Path":"a.png","Number":3}""", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal(activity.Id, Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["traceparent"]!));
    }

    [BrokerFact]
    public async Task The_trace_comes_with_the_job_on_every_try()
    {
        var queue = Open<int>(Options(Broker));
        using var activity = new Activity("submitting").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.TraceStateString = "vendor=1";
        var expected = (activity.Id, "vendor=1");
        await queue.SubmitAsync(1, ct: Soon);
        activity.Stop();

        var jobs = Pulling(queue, 1, Soon);
        var first = await NextAsync(jobs);
        Assert.Equal(expected, (first.TraceParent, first.TraceState));
        await queue.FailAsync(first, new InvalidOperationException("once more"), Soon);

        var second = await NextAsync(jobs);
        Assert.Equal(expected, (second.TraceParent, second.TraceState));
    }

    [BrokerFact]
    public async Task A_payload_beyond_the_limit_is_refused_before_it_is_sent()
    {
        var queue = Open<string>(Options(Broker) with { MaxPayloadBytes = 10 });

        await queue.SubmitAsync("12345678", ct: Soon);
        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.SubmitAsync("123456789", ct: Soon));

        Assert.Contains("11 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxPayloadBytes allows 10", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_the_protocol_cannot_hold_is_refused_before_it_is_sent()
    {
        var queue = Open<int>(new() { Uri = new("amqp://nowhere.invalid") });

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await queue.SubmitAsync(1, new('ä', 128), Soon));

        Assert.Contains("1 to 255 bytes long", error.Message, StringComparison.Ordinal);
    }

    [BrokerFact]
    public async Task Cancelled_submits_do_not_disturb_the_others()
    {
        var queue = Open<int>(Options(Broker));
        await queue.CountAsync(Soon);
        var good = 0;
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var delays = Enumerable.Range(0, 1000).Select(_ => random.Next(0, 20)).ToArray();

        await Parallel.ForAsync(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (n, _) =>
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(delays[n]));
            try
            {
                await queue.SubmitAsync(n, ct: n % 2 == 0 ? cancel.Token : Soon);
                Interlocked.Increment(ref good);
            }
            catch (OperationCanceledException) when (n % 2 == 0)
            {
            }
        });

        Assert.InRange(good, 500, 1000);
        long waiting;
        do
            waiting = (await queue.CountAsync(Soon)).Waiting; // it follows a moment later
        while (waiting < good);
        Assert.InRange(waiting, good, 1000);
    }

    [BrokerFact]
    public async Task Submits_that_wait_for_a_connection_end_with_the_queue()
    {
        var queue = Open<int>(Options(Broker) with { Uri = new("amqp://127.0.0.1:1"), ConnectTimeout = TimeSpan.FromMinutes(1) });
        var waiting = Enumerable.Range(0, 50).Select(n => queue.SubmitAsync(n, ct: Soon).AsTask()).ToList();
        await queue.DisposeAsync();
        foreach (var submit in waiting)
            await Assert.ThrowsAnyAsync<Exception>(() => submit.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.All(waiting, submit => Assert.True(submit.IsFaulted));
    }

    [Fact(Timeout = 60_000)]
    public async Task Submits_that_wait_for_the_first_connection_each_wait_for_the_time_allowed_and_not_one_after_the_other()
    {
        var patience = TimeSpan.FromSeconds(5); // in which one try at least must fail
        var queue = Open<int>(Options(Broker) with { Uri = new($"amqp://127.0.0.1:{Broker.FreePort()}"), ConnectTimeout = patience });
        var start = TimeProvider.System.GetTimestamp();
        var submits = Enumerable.Range(0, 10).Select(n => queue.SubmitAsync(n, ct: Soon).AsTask()).ToList();

        var errors = await Task.WhenAll(submits.Select(submit => Assert.ThrowsAsync<RabbitMqJobQueueException>(() => submit)));

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), patience - TimeSpan.FromMilliseconds(50), patience * 5); // timers tick more coarsely than clocks
        Assert.All(errors, error => Assert.Contains("nothing listens", error.Message, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Whenever_the_time_for_the_first_connection_ends_the_error_is_the_queues_own()
    {
        var nowhere = Options(Broker) with { Uri = new($"amqp://127.0.0.1:{Broker.FreePort()}") };
        for (var n = 0; n < 500; n++)
        {
            await using var queue = new RabbitMqJobQueue<int>(nowhere with { ConnectTimeout = TimeSpan.FromMilliseconds(1 + (n % 3)) });
            var error = await Assert.ThrowsAsync<RabbitMqJobQueueException>(async () => await queue.SubmitAsync(n, ct: Soon));
            Assert.True(error.IsTransient);
        }
    }

    private sealed record Page(string Path, int Number);
}
