using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.RabbitMQ.Tests;

/// <summary>The broker does not answer, and does not hang up either.</summary>
[Collection(nameof(SharedBroker))]
public sealed class SilentBrokerTests(SharedBroker shared) : QueueTest
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    // A busy machine may take longer than the second that the queue allows; whoever waits for the broker waits for two minutes.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(20);

    private Broker Broker => shared.Broker;

    [BrokerFact]
    public Task A_worker_ends_well_and_in_time_before_the_silence_is_noticed() => EndsInTimeAsync(Options(Broker));

    [BrokerFact]
    public Task A_worker_ends_well_and_in_time_when_it_looks_for_the_broker_again() =>
        EndsInTimeAsync(Options(Broker) with { Heartbeat = TimeSpan.FromSeconds(1) }, Log.NextAsync("hands out no more jobs just now"));

    [BrokerFact]
    public async Task A_worker_that_has_never_reached_the_broker_ends_well_and_in_time()
    {
        await using var line = Line.To(Broker);
        line.FallSilent();
        using var host = await StartAsync(Options(Broker) with { Uri = line.Uri }, (_, _) => default);
        await line.Called.WaitAsync(Soon);
        await EndsInTimeAsync(host);
    }

    [BrokerFact]
    public async Task A_queue_is_disposed_of_soon()
    {
        await using var line = Line.To(Broker);
        var queue = Open<int>(Options(Broker) with { Uri = line.Uri });
        await queue.SubmitAsync(1, ct: Soon);
        await NextAsync(Pulling(queue, 1, Soon));
        line.FallSilent();
        Assert.InRange(await TimeAsync(async () => await queue.DisposeAsync()), TimeSpan.Zero, Slack);
    }

    [BrokerFact]
    public async Task Whoever_looks_through_dead_jobs_can_leave_soon()
    {
        await using var line = Line.To(Broker);
        var queue = Open<int>(Options(Broker) with { Uri = line.Uri });
        await queue.SubmitAsync(1, ct: Soon);
        var jobs = Pulling(queue, 1, Soon);
        await queue.FailAsync(await NextAsync(jobs), new JobRejectedException("never"), Soon);
        await ExpectAsync(queue, waiting: 0, dead: 1);
        var dead = queue.DeadJobsAsync(Soon).GetAsyncEnumerator(Soon);
        Assert.True(await dead.MoveNextAsync());
        line.FallSilent();
        Assert.InRange(await TimeAsync(async () => await dead.DisposeAsync()), TimeSpan.Zero, Slack);
    }

    /// <summary>One job is done, one fails, one is in the sink and one waits in front of it when the broker is not heard any more.</summary>
    private async Task EndsInTimeAsync(RabbitMqJobQueueOptions options, Task? noticed = null)
    {
        await using (var line = Line.To(Broker))
        {
            var (started, silent) = (new SemaphoreSlim(0), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            using var host = await StartAsync(options with { Uri = line.Uri }, async (job, ct) =>
            {
                started.Release();
                await silent.Task.WaitAsync(ct);
                if (job.Payload == 1)
                    throw new InvalidOperationException("It fails.");
                if (job.Payload == 2)
                    await Task.Delay(Timeout.Infinite, ct);
            });
            for (var n = 0; n < 4; n++)
                await host.Services.GetRequiredService<IJobStore<int>>().SubmitAsync(n, ct: Soon);
            for (var n = 0; n < 3; n++)
                await started.WaitAsync(Soon);
            line.FallSilent();
            silent.SetResult();
            if (noticed is not null)
                await noticed.WaitAsync(Soon);
            await EndsInTimeAsync(host);
        }

        // Whatever was not settled comes again.
        var (seen, queue) = (new HashSet<int>(), Open<int>(Options(Broker)));
        var jobs = Pulling(queue, 1, Soon);
        while (!seen.IsSupersetOf([1, 2, 3]))
        {
            seen.Add((await NextAsync(jobs)).Payload);
            await queue.CompleteAsync(jobs.Current, Soon);
        }
    }

    private async Task EndsInTimeAsync(IHost host)
    {
        var took = await TimeAsync(async () =>
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
        });

        var exitCode = Environment.ExitCode;
        Environment.ExitCode = 0; // that of the worker, not of the tests
        Assert.True(exitCode == 0, string.Join('\n', Log.All));
        Assert.InRange(took, TimeSpan.Zero, ShutdownTimeout + Slack);
    }

    private async Task<IHost> StartAsync(RabbitMqJobQueueOptions options, Func<Job<int>, CancellationToken, ValueTask> sink)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton<ILoggerFactory>(Log).AddRabbitMqJobQueue<int>(_ => options);
        builder.Services.AddPipelineWorker<int, int>(jobs => jobs.Select(job => job), sink).Configure(worker => (worker.JobsInFlight, worker.SinkWorkers) = (4, 3));
        var host = builder.Build();
        await host.StartAsync(Soon);
        return host;
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> act)
    {
        var start = TimeProvider.System.GetTimestamp();
        await act();
        return TimeProvider.System.GetElapsedTime(start);
    }
}
