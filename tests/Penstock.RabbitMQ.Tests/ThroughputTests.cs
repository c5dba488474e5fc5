using System.Threading.Channels;
using Penstock.RabbitMQ.Tests.Brokers;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Xunit.Abstractions;

namespace Penstock.RabbitMQ.Tests;

/// <summary>What the job queue costs on top of a bare consumer of the client, with the same prefetch and an acknowledgement for each message.</summary>
[Collection(nameof(SharedBroker))]
public sealed class ThroughputTests(SharedBroker shared, ITestOutputHelper output) : QueueTest
{
    private const int Jobs = 30_000;
    private const int Rounds = 5;
    private const int Prefetch = 100;

    [MeasureFact]
    public async Task Empty_jobs_pass_nearly_as_fast_as_through_a_bare_consumer()
    {
        var queue = Open<int>(Options(shared.Broker));
        await queue.CountAsync();
        var ratios = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            await FillAsync(queue);
            var bare = await RateAsync(BareAsync);
            await FillAsync(queue);
            var ours = await RateAsync(() => PullAsync(queue));
            var name = round == 0 ? "warm-up" : $"round {round}";
            output.WriteLine($"{name}: bare consumer {bare:N0} jobs/s, job queue {ours:N0} jobs/s, ratio {ours / bare:0.00}");
            if (round > 0)
                ratios.Add(ours / bare);
        }

        var median = ratios.Order().ElementAt(Rounds / 2);
        output.WriteLine($"median ratio {median:0.00} of {Rounds} rounds of {Jobs:N0} jobs, prefetch {Prefetch}");
        Assert.True(median >= 0.9, $"The median ratio is {median:0.00}.");
    }

    [MeasureFact]
    public async Task Submits_at_once_share_their_round_trips()
    {
        var queue = Open<int>(Options(shared.Broker));
        await queue.SubmitAsync(0);
        output.WriteLine($"all at once: {await RateAsync(() => FillAsync(queue)):N0} submits/s");
        var one = await RateAsync(async () =>
        {
            for (var n = 0; n < Jobs / 30; n++)
                await queue.SubmitAsync(n);
        });
        output.WriteLine($"one by one: {one / 30:N0} submits/s");
    }

    private static async Task FillAsync(RabbitMqJobQueue<int> queue) =>
        await Task.WhenAll(Enumerable.Range(0, Jobs).Select(async n => await queue.SubmitAsync(n)));

    private static async Task<double> RateAsync(Func<Task> run)
    {
        var started = TimeProvider.System.GetTimestamp();
        await run();
        return Jobs / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task PullAsync(RabbitMqJobQueue<int> queue)
    {
        var left = Jobs;
        await foreach (var job in queue.PullAsync(Prefetch, CancellationToken.None))
        {
            await queue.CompleteAsync(job, CancellationToken.None);
            if (--left == 0)
                break;
        }
    }

    private async Task BareAsync()
    {
        var connection = await new ConnectionFactory { Uri = shared.Broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        await using (connection)
        {
            var channel = await connection.CreateChannelAsync();
            await channel.BasicQosAsync(0, Prefetch, global: false);
            var messages = Channel.CreateUnbounded<(ulong Tag, byte[] Body)>(new() { SingleReader = true, SingleWriter = true });
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) =>
            {
                messages.Writer.TryWrite((message.DeliveryTag, message.Body.ToArray()));
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(Name, autoAck: false, consumer);
            for (var left = Jobs; left > 0; left--)
            {
                var message = await messages.Reader.ReadAsync();
                await channel.BasicAckAsync(message.Tag, multiple: false);
            }

            await channel.CloseAsync();
        }
    }
}
