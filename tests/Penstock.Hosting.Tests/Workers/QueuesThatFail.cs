using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Penstock.Hosting.Workers;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>What a worker does when its queue throws or hangs.</summary>
public partial class QueuesThatFail
{
    private const int Limit = 120_000;

    private readonly RecordingQueue<int> jobs = new();
    private readonly RecordingQueue<int> leased = new() { Lease = TimeSpan.FromMilliseconds(60) };

    [Fact(Timeout = Limit)]
    public async Task A_timeout_of_the_queue_does_not_end_the_extension_of_leases()
    {
        var calls = 0;
        var faulty = new FaultyQueue<int>(leased) { OnExtend = _ => ++calls == 1 ? throw new TaskCanceledException("The request timed out.") : default };
        using var host = await StartAsync(faulty, async (_, _) => await leased.UntilExtendedAsync(2));
        leased.Add("slow", 1);
        await leased.UntilSettledAsync(1);
        await host.StopAsync();
        Assert.Equal(["slow"], leased.Completed);
    }

    [Fact(Timeout = Limit)]
    public async Task A_lease_whose_extension_hangs_stops_no_other()
    {
        var never = new TaskCompletionSource();
        var faulty = new FaultyQueue<int>(leased) { OnExtend = job => job.Payload == 1 ? new ValueTask(never.Task) : default };
        var isKept = new TaskCompletionSource(); // the jobs are in the sink at the same time, and only one of them is extended
        using var host = await StartAsync(faulty, async (job, ct) =>
        {
            if (job.Id == "other")
            {
                await leased.UntilExtendedAsync(3);
                isKept.SetResult();
            }

            await isKept.Task.WaitAsync(ct);
        });
        leased.Add("hangs", 1);
        leased.Add("other", 2);
        await leased.UntilSettledAsync(2);
        await host.StopAsync();
        Assert.All(leased.Extended, id => Assert.Equal("other", id));
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_has_worked_is_pulled_from_again_and_the_worker_is_degraded_meanwhile()
    {
        var time = new HastyTime();
        var (calls, isAway, isBack) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnPull = async ct =>
            {
                await Task.Yield(); // as one that has waited
                if (++calls is > 1 and < 5)
                    throw new IOException("The broker restarts.");
                if (calls != 5)
                    return;
                isAway.SetResult();
                await isBack.Task.WaitAsync(ct);
            },
        };
        using var host = await StartAsync(faulty, (_, _) => default, time);
        jobs.Add("before", 1);
        await isAway.Task;
        var health = await HealthAsync(host);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("The broker restarts.", health.Description, StringComparison.Ordinal);
        Assert.Equal([1, 2, 4], time.Pauses.Select(p => p.TotalSeconds));

        isBack.SetResult();
        jobs.Add("after", 2);
        await jobs.UntilSettledAsync(2);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(host)).Status);
        await host.StopAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task A_pull_that_lasts_again_is_well_again_without_a_job()
    {
        var time = new HastyTime();
        var (calls, lasts) = (0, new TaskCompletionSource());
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnPull = _ =>
            {
                if (++calls == 2)
                    throw new IOException("The broker restarts.");
                if (calls == 3)
                    lasts.SetResult();
                return default;
            },
        };
        using var host = await StartAsync(faulty, (_, _) => default, time);
        jobs.Add("before", 1);
        await lasts.Task;
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync(host)).Status);

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(host)).Status);
        await host.StopAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_knows_that_it_is_away_degrades_the_worker_meanwhile()
    {
        var since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var faulty = new FaultyQueue<int>(jobs);
        using var host = await StartAsync(faulty, (_, _) => default);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(host)).Status);

        faulty.Outage = new(since, "The broker is gone.");
        var health = await HealthAsync(host);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Equal("The queue has been away since 2026-01-02 03:04:05Z, the worker waits for it: The broker is gone.", health.Description);

        faulty.Outage = null;
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(host)).Status);
        await host.StopAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_says_that_its_failure_may_pass_is_waited_for_also_at_the_start()
    {
        var time = new HastyTime();
        var calls = 0;
        var faulty = new FaultyQueue<int>(jobs) { OnPull = _ => ++calls < 4 ? throw new AwayException { IsTransient = true } : default };
        using var host = await StartAsync(faulty, (_, _) => default, time);
        jobs.Add("a", 1);
        await jobs.UntilSettledAsync(1);
        Assert.Equal([1, 2, 4], time.Pauses.Select(p => p.TotalSeconds));
        await host.StopAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_does_not_end_its_pull_is_left()
    {
        using var host = await StartDeafAsync();
        using var enough = new CancellationTokenSource();
        var stopped = host.StopAsync(enough.Token);
        await host.Services.GetRequiredKeyedService<WorkerStatus>("Worker").Run!.Completion;
        await enough.CancelAsync();
        await stopped;
        Assert.Null(host.Services.GetRequiredKeyedService<WorkerStatus>("Worker").Failure);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_comes_when_the_worker_has_left_the_queue_is_given_back_as_often_as_it_takes()
    {
        var tries = 0;
        using var host = await StartDeafAsync(onRelease: () => ++tries < 3 ? throw new IOException("busy") : default);
        var stopped = host.StopAsync();
        await host.Services.GetRequiredKeyedService<WorkerStatus>("Worker").Run!.Completion;
        jobs.Add("late", 1);
        await stopped;
        Assert.Equal(["late"], jobs.Released);
        Assert.Equal(3, tries);
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_has_never_worked_fails_the_host_at_once()
    {
        var faulty = new FaultyQueue<int>(jobs) { OnPull = _ => throw new UnauthorizedAccessException("wrong password") };
        using var host = await StartAsync(faulty, (_, _) => default);
        var stopping = new TaskCompletionSource();
        using var registered = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task;
        Assert.Contains("wrong password", (await HealthAsync(host)).Description, StringComparison.Ordinal);
        await host.StopAsync();
        Environment.ExitCode = 0; // that of the worker, not of the tests
    }

    private static async Task<HealthReportEntry> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["Worker"];

    private static async Task<IHost> StartAsync(
        IJobQueue<int> queue, Func<Job<int>, CancellationToken, ValueTask> sink, TimeProvider? time = null, TimeSpan? shutdownTimeout = null, ILoggerProvider? log = null,
        Func<Pipeline<int>, Pipeline<int>>? stages = null, int? jobsInFlight = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = shutdownTimeout ?? TimeSpan.FromSeconds(100));
        builder.Services.AddSingleton(queue);
        if (log is not null)
            builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddPipelineWorker(stages ?? (items => items.Then(Steps.Twice)), sink).Configure(worker => worker.JobsInFlight = jobsInFlight);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A worker that has begun to pull: one that is stopped before never does, so there is nothing to leave.</summary>
    private async Task<IHost> StartDeafAsync(Func<ValueTask>? onRelease = null)
    {
        var pulled = new TaskCompletionSource();
        var host = await StartAsync(
            new FaultyQueue<int>(jobs)
            {
                IsDeaf = true,
                OnRelease = onRelease ?? (static () => default),
                OnPull = _ =>
                {
                    pulled.SetResult();
                    return default;
                },
            },
            (_, _) => default);
        await pulled.Task;
        return host;
    }

    private sealed class AwayException : JobQueueException;
}
