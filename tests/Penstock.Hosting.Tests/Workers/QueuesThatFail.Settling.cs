using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;

namespace Penstock.Hosting.Tests.Workers;

/// <content>What has become of a job, told to a queue that does not hear it.</content>
public partial class QueuesThatFail
{
    [Fact(Timeout = Limit)]
    public async Task Finished_work_is_told_to_the_queue_until_it_hears_it()
    {
        var time = new HastyTime();
        var calls = 0;
        var faulty = new FaultyQueue<int>(jobs) { OnComplete = _ => ++calls < 9 ? throw new IOException("The disk is full.") : default };
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
            OnComplete = _ =>
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

    [Theory(Timeout = Limit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_that_the_queue_cannot_be_told_of_degrades_the_worker_until_it_is_told_or_lost(bool isLost)
    {
        var (tries, isTried, mayHear, mayEnd) = (0, new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnComplete = async job =>
            {
                if (job.Id != "stuck")
                    return;
                if (++tries == 1)
                    throw new IOException("The disk is full.");
                isTried.TrySetResult();
                await mayHear.Task;
                if (isLost)
                    throw new JobLeaseLostException();
            },
        };
        using var host = await StartAsync(
            faulty,
            async (job, ct) =>
            {
                if (job.Id == "long")
                    await mayEnd.Task.WaitAsync(ct);
            },
            new HastyTime(),
            jobsInFlight: 2);
        jobs.Add("stuck", 1);
        await isTried.Task;
        jobs.Add("other", 2);
        await jobs.UntilSettledAsync(1); // which tells nothing of the first
        var health = await HealthAsync(host);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("The disk is full.", health.Description, StringComparison.Ordinal);

        mayHear.SetResult();
        jobs.Add("long", 3);
        jobs.Add("last", 4);
        await jobs.UntilPulledAsync(4); // there is no room for it before the worker is done with the first
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(host)).Status);
        mayEnd.SetResult();
        await host.StopAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task A_queue_that_never_hears_it_does_not_hold_up_the_end_of_the_host()
    {
        var failed = new TaskCompletionSource();
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnComplete = _ =>
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
    public async Task What_a_queue_throws_when_the_worker_has_left_it_is_logged()
    {
        var (told, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var log = new LogListener("The queue failed when the worker waited for it no longer.");
        var faulty = new FaultyQueue<int>(jobs)
        {
            OnComplete = _ =>
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
}
