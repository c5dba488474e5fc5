using System.Diagnostics;
using Penstock.Hosting;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Publishing;
using Penstock.RabbitMQ.Tests.Brokers;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Tests;

/// <summary>A broker ends the connection over headers that do not fit into one frame: they are cut, left out or refused before anything is sent.</summary>
[Collection(nameof(SharedBroker))]
public sealed class LargeHeaderTests(SharedBroker shared) : QueueTest
{
    private Broker Broker => shared.Broker;

    [BrokerFact]
    public async Task A_trace_state_beyond_all_measure_is_left_out_and_the_trace_goes_on()
    {
        var queue = Open<int>(Options(Broker));
        using var activity = new Activity("submitting").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.TraceStateString = new('x', 300_000);

        await queue.SubmitAsync(1, ct: Soon);

        var job = await NextAsync(Pulling(queue, 1, Soon));
        Assert.Equal((activity.Id, null), (job.TraceParent, job.TraceState));
        AssertUndisturbed();
    }

    [BrokerFact]
    public async Task A_long_reason_and_the_name_of_its_type_are_cut_with_a_mark()
    {
        var queue = Open<int>(Options(Broker) with { MaxAttempts = 1 });
        await queue.SubmitAsync(1, ct: Soon);
        await queue.SubmitAsync(2, ct: Soon);
        var nested = typeof(int);
        for (var depth = 0; depth < 13; depth++)
            nested = typeof(ValueTuple<,>).MakeGenericType(nested, nested);
        var odd = (Exception)Activator.CreateInstance(typeof(OddException<>).MakeGenericType(nested))!;
        Assert.InRange(odd.GetType().ToString().Length, 131_072, 1_000_000);

        var jobs = Pulling(queue, 1, Soon);
        await queue.FailAsync(await NextAsync(jobs), new JobRejectedException($"no{new string('€', 300_000)}"), Soon);
        await queue.FailAsync(await NextAsync(jobs), odd, Soon);

        await ExpectAsync(queue, waiting: 0, dead: 2);
        var dead = await UntilDeadAsync(queue, 2);
        Assert.All(dead, job => Assert.Equal((4097, '…'), (job.Reason.Length, job.Reason[^1])));
        Assert.StartsWith("Penstock.Hosting.JobRejectedException: no€€€", dead[0].Reason, StringComparison.Ordinal);
        AssertUndisturbed();
    }

    [BrokerFact]
    public async Task A_job_with_large_headers_of_its_own_that_leave_no_room_for_a_reason_is_put_aside_by_the_broker()
    {
        var queue = Open<int>(Options(Broker));
        await queue.CountAsync(Soon);
        var properties = new BasicProperties { MessageId = "laden", Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["theirs"] = new string('x', 125_000) } };
        await (await ChannelAsync(Broker)).BasicPublishAsync("", Name, mandatory: true, properties, "7"u8.ToArray(), Soon);
        var job = await NextAsync(Pulling(queue, 1, Soon));

        await queue.FailAsync(job, new InvalidOperationException(new string('€', 4000)), Soon);

        await ExpectAsync(queue, waiting: 0, dead: 1);
        Assert.Equal("laden", Assert.Single(await UntilDeadAsync(queue)).Id);
        Assert.Contains(Log.All, line => line.Contains("which do not fit into a frame of 131072", StringComparison.Ordinal));
        AssertUndisturbed();
    }

    [BrokerFact]
    public async Task Whatever_just_fits_is_sent_and_whatever_does_not_is_refused()
    {
        var options = Options(Broker);
        var address = BrokerAddress.From(options);
        await Open<int>(options).CountAsync(Soon);
        await using var publisher = new Publisher(new(address, options, "testing", _ => Task.CompletedTask, Log), address, options, Log);
        var (sent, refused) = (0, 0);
        for (var size = 130_900; size < 131_100; size += 5)
        {
            var properties = new BasicProperties { Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x"] = new string('x', size) } };
            try
            {
                await publisher.PublishAsync("", Name, properties, default, Soon);
                Assert.Equal(0, refused);
                sent++;
            }
            catch (RabbitMqJobQueueException e) when (e.IsTooLarge)
            {
                refused++;
            }
        }

        Assert.True(sent > 10 && refused > 10, $"{sent} sent, {refused} refused");
        AssertUndisturbed();
    }

    private void AssertUndisturbed() => Assert.DoesNotContain(Log.All, line => line.Contains("is there again", StringComparison.Ordinal) || line.Contains("hands out no more", StringComparison.Ordinal));

#pragma warning disable CA1032, RCS1194 // only its name is of interest
    private sealed class OddException<T> : Exception;
#pragma warning restore CA1032, RCS1194
}
