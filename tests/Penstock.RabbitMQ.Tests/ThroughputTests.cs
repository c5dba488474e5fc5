using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;
using Xunit.Abstractions;

namespace Penstock.RabbitMQ.Tests;

/// <summary>What the job queue, and a hosted worker with a pipeline, cost on top of a bare consumer of the client, with the same prefetch and acknowledgements.</summary>
[Collection(nameof(SharedBroker))]
public sealed class ThroughputTests(SharedBroker shared, ITestOutputHelper output) : QueueTest
{
    private const int Jobs = 30_000;
    private const int Rounds = 5;
    private const int Prefetch = 100;

    [MeasureFact]
    public Task Empty_jobs_pass_nearly_as_fast_as_through_a_bare_consumer() => CompareAsync("job queue", atLeast: 0.9, PullAsync);

    [MeasureFact]
    public Task Empty_jobs_pass_through_a_hosted_pipeline_at_four_fifths_of_that_rate() => CompareAsync("hosted pipeline", atLeast: 0.8, WorkAsync);

    [MeasureFact]
    public async Task Submits_at_once_share_their_round_trips()
    {
        var queue = Open<int>(Options(shared.Broker));
        await queue.SubmitAsync(0);
        output.WriteLine($"all at once: {await BareConsumer.RateAsync(Jobs, () => BareConsumer.FillAsync(queue, Jobs)):N0} submits/s");
        var one = await BareConsumer.RateAsync(Jobs, async () =>
        {
            for (var n = 0; n < Jobs / 30; n++)
                await queue.SubmitAsync(n);
        });
        output.WriteLine($"one by one: {one / 30:N0} submits/s");
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

    private static async Task WorkAsync(RabbitMqJobQueue<int> queue)
    {
        var counted = new CountedQueue(queue, Jobs);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton<IJobQueue<int>>(counted);
        // Room for 64 as docs/performance.md advises for steps below a microsecond.
        builder.Services.AddPipelineWorker<int, int>(jobs => jobs.Then(AddOne, new() { MaxInFlight = 64 }), (_, _) => default).Configure(o => o.JobsInFlight = Prefetch);
        using var host = builder.Build();
        await host.StartAsync();
        await counted.Completed;
        await host.StopAsync();
    }

    private static IEnumerable<int> AddOne(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return n + 1;
    }

    private async Task CompareAsync(string what, double atLeast, Func<RabbitMqJobQueue<int>, Task> work)
    {
        var queue = Open<int>(Options(shared.Broker));
        await queue.CountAsync();
        var ratios = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            await BareConsumer.FillAsync(queue, Jobs);
            var bare = await BareConsumer.RateAsync(Jobs, () => BareConsumer.ConsumeAsync(shared.Broker.Uri, Name, Jobs, Prefetch));
            await BareConsumer.FillAsync(queue, Jobs);
            var ours = await BareConsumer.RateAsync(Jobs, () => work(queue));
            var name = round == 0 ? "warm-up" : $"round {round}";
            output.WriteLine($"{name}: bare consumer {bare:N0} jobs/s, {what} {ours:N0} jobs/s, ratio {ours / bare:0.00}");
            if (round > 0)
                ratios.Add(ours / bare);
        }

        var median = ratios.Order().ElementAt(Rounds / 2);
        output.WriteLine($"median ratio {median:0.00} of {Rounds} rounds of {Jobs:N0} jobs, prefetch {Prefetch}");
        Assert.True(median >= atLeast, $"The median ratio is {median:0.00}.");
    }
}
