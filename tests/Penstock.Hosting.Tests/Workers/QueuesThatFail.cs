using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Penstock.Hosting.Workers;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>What a worker does when its queue throws or hangs.</summary>
public class QueuesThatFail
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
    public async Task Finished_work_is_told_to_the_queue_until_it_hears_it()
    {
        var time = new HastyTime();
        var calls = 0;
        var faulty = new FaultyQueue<int>(jobs) { OnComplete = () => ++calls < 9 ? throw new IOException("The disk is full.") : default };
        using var host = await StartAsync(faulty, (_, _) => default, time);
        jobs.Add("a", 1);
        await jobs.UntilSettledAsync(1);
        Assert.Equal(["a"], jobs.Completed);
        Assert.Equal([100, 200, 400, 800, 1600, 3200, 5000, 5000], time.Pauses.Select(p => p.TotalMilliseconds));
        await host.StopAsync();
        Assert.Empty(jobs.Released);
    }

    [Fact(Timeout = Limit)]
    public async Task A_lost_lease_is_not_told_again()
    {
        var calls = 0;
        var told = new TaskCompletionSource();
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnComplete = () =>
            {
                calls++;
                told.SetResult();
                throw new JobLeaseLostException();
            },
        };
        using var host = await StartAsync(faulty, (_, _) => default);
        jobs.Add("a", 1);
        await told.Task;
        await host.StopAsync();
        Assert.Equal(1, calls);
        Assert.Empty(jobs.Released);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_is_lost_in_the_middle_reaches_the_sink_no_more_and_is_told_of_once()
    {
        var lost = new LogListener("Job 'lost' is not this worker's any more; somebody else will work on it, or does.");
        var (calls, seen) = (0, new List<string>());
        var faulty = new FaultyQueue<int>(leased)
        {
            OnExtend = job =>
            {
                if (job.Id != "lost")
                    return default;
                calls++;
                throw new JobLeaseLostException();
            },
        };
        using var host = await StartAsync(
            faulty,
            (job, _) =>
            {
                lock (seen)
                    seen.Add(job.Id);
                return default;
            },
            log: lost,
            stages: items => items.Select(async (item, ct) =>
            {
                if (item == 1)
                    await lost.HasHeard.WaitAsync(ct);
                return item;
            }));
        leased.Add("lost", 1);
        leased.Add("next", 2);
        await leased.UntilSettledAsync(1);
        await host.StopAsync();
        Assert.Equal(["next"], seen);
        Assert.Equal(["next"], leased.Completed);
        Assert.Empty(leased.Released);
        Assert.Equal(1, calls);
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_cannot_be_told_degrades_the_worker_until_it_can()
    {
        var time = new HastyTime();
        var (calls, isTried, mayHear) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnComplete = () =>
            {
                if (++calls == 1)
                    throw new IOException("The disk is full.");
                isTried.TrySetResult();
                return new(mayHear.Task);
            },
        };
        using var host = await StartAsync(faulty, (_, _) => default, time);
        jobs.Add("a", 1);
        await isTried.Task;
        var health = await HealthAsync(host);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("The disk is full.", health.Description, StringComparison.Ordinal);

        mayHear.SetResult();
        while ((await HealthAsync(host)).Status != HealthStatus.Healthy)
            await Task.Delay(10);
        await host.StopAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task One_that_can_be_told_of_other_jobs_only_degrades_it_too_until_that_job_is_lost()
    {
        var time = new HastyTime();
        var (isTried, mayHear) = (new TaskCompletionSource(), new TaskCompletionSource());
        var tries = 0;
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnCompleteJob = async job =>
            {
                if (job.Id != "stuck")
                    return;
                if (++tries == 1)
                    throw new IOException("The disk is full.");
                isTried.TrySetResult();
                await mayHear.Task;
                throw new JobLeaseLostException();
            },
        };
        using var host = await StartAsync(faulty, (_, _) => default, time);
        jobs.Add("stuck", 1);
        await isTried.Task;
        jobs.Add("other", 2);
        await jobs.UntilSettledAsync(1);
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync(host)).Status);

        mayHear.SetResult();
        while ((await HealthAsync(host)).Status != HealthStatus.Healthy)
            await Task.Delay(10);
        await host.StopAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_never_hears_it_does_not_hold_up_the_end_of_the_host()
    {
        var failed = new TaskCompletionSource();
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnComplete = () =>
            {
                failed.TrySetResult();
                throw new IOException("The queue is gone.");
            },
        };
        var (clock, timeout) = (new FakeTimeProvider(), TimeSpan.FromSeconds(100));
        using var host = await StartAsync(faulty, (_, _) => default, clock, timeout);
        jobs.Add("a", 1);
        await failed.Task;
        var stopped = host.StopAsync();
        clock.Advance(timeout);
        await stopped;
        Assert.Empty(jobs.Completed);
        Assert.Equal(HealthStatus.Unhealthy, (await HealthAsync(host)).Status);
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

    [Fact(Timeout = Limit)]
    public async Task What_a_queue_throws_when_the_worker_has_left_it_is_logged()
    {
        var (told, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var log = new LogListener("The queue failed when the worker waited for it no longer.");
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnComplete = () =>
            {
                told.SetResult();
                return new(answer.Task);
            },
        };
        var (clock, timeout) = (new FakeTimeProvider(), TimeSpan.FromSeconds(100));
        using var host = await StartAsync(faulty, (_, _) => default, clock, timeout, log);
        jobs.Add("a", 1);
        await told.Task;
        var stopped = host.StopAsync();
        clock.Advance(timeout);
        await stopped;

        answer.SetException(new IOException("The queue is gone."));

        await log.HasHeard;
    }

    private static async Task<HealthReportEntry> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["Worker"];

    private static async Task<IHost> StartAsync(
        IJobQueue<int> queue, Func<Job<int>, CancellationToken, ValueTask> sink, TimeProvider? time = null, TimeSpan? shutdownTimeout = null, ILoggerProvider? log = null,
        Func<Pipeline<int>, Pipeline<int>>? stages = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = shutdownTimeout ?? TimeSpan.FromSeconds(100));
        builder.Services.AddSingleton(queue);
        if (log is not null)
            builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddPipelineWorker(stages ?? (items => items.Then(Steps.Twice)), sink);
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
