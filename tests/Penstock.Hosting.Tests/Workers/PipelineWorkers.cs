using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>The hosted worker: what it tells the queue, how it drains, what it refuses.</summary>
public class PipelineWorkers
{
    private const int Limit = 120_000;

    private readonly RecordingQueue<int> queue = new();
    private readonly ConcurrentDictionary<string, int> stored = [];

    [Fact(Timeout = Limit)]
    public async Task Every_job_is_completed_when_its_result_has_passed_the_sink()
    {
        using var host = await StartAsync(jobs => jobs.Then(Twice, new() { Workers = 3 }).Select(n => n + 1, new() { Workers = 2 }), (job, _) =>
        {
            Assert.DoesNotContain(job.Id, queue.Completed);
            Assert.True(stored.TryAdd(job.Id, job.Payload));
            return default;
        });
        Submit(200);
        await queue.UntilSettledAsync(200);
        await host.StopAsync();
        Assert.Equal(Ids(200).Order(StringComparer.Ordinal), queue.Completed.Order(StringComparer.Ordinal));
        Assert.All(stored, s => Assert.Equal((int.Parse(s.Key, CultureInfo.InvariantCulture) * 2) + 1, s.Value));
        Assert.Equal(200, stored.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_a_stage_filtered_out_is_done()
    {
        using var host = await StartAsync(jobs => jobs.Where(n => n % 2 == 0), Store);
        Submit(20);
        await queue.UntilSettledAsync(20);
        Assert.Equal(20, queue.Completed.Count);
        Assert.Equal(10, stored.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task What_a_stage_or_the_sink_throws_fails_the_job_alone_with_that_exception()
    {
        using var host = await StartAsync(
            jobs => jobs.Select(n => n == 3 ? throw new FormatException("three") : n),
            (job, ct) => job.Payload == 5 ? throw new IOException("five") : Store(job, ct));
        Submit(10);
        await queue.UntilSettledAsync(10);
        Assert.Equal(8, queue.Completed.Count);
        Assert.Equal(["3", "5"], queue.Failed.Keys.Order(StringComparer.Ordinal));
        Assert.IsType<FormatException>(queue.Failed["3"]);
        Assert.IsType<IOException>(queue.Failed["5"]);
    }

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task It_never_holds_more_jobs_than_allowed(int most)
    {
        using var host = await StartAsync(jobs => jobs.Then(Twice, new() { Workers = 4 }), Store, o => o.JobsInFlight = most);
        Submit(100);
        await queue.UntilSettledAsync(100);
        Assert.InRange(queue.MostHeld, 1, most);
    }

    [Fact(Timeout = Limit)]
    public async Task By_default_it_holds_a_job_for_each_worker_of_a_stage_and_of_the_sink()
    {
        using var full = new SemaphoreSlim(0);
        using var host = await StartAsync(
            jobs => jobs.Select(n => n, new() { Workers = 3, MaxInFlight = 20 }).Select(n => n, new() { Workers = 2, MaxInFlight = 20 }),
            async (_, ct) => await full.WaitAsync(ct),
            o => o.SinkWorkers = 20);
        Submit(50);
        await queue.UntilPulledAsync(25);
        full.Release(50);
        await queue.UntilSettledAsync(50);
        Assert.Equal(25, queue.MostHeld);
    }

    [Fact(Timeout = Limit)]
    public async Task A_stop_finishes_the_jobs_in_flight_and_pulls_no_more()
    {
        var inSink = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        Submit(100);
        using var host = await StartAsync(jobs => jobs.Then(Twice), async (job, ct) =>
        {
            inSink.TrySetResult();
            await mayEnd.Task;
            await Store(job, ct);
        });
        await inSink.Task;
        var stopped = host.StopAsync();
        mayEnd.SetResult();
        await stopped;
        Assert.Empty(queue.Failed);
        Assert.Empty(queue.Released);
        Assert.Equal(queue.Pulled.Order(StringComparer.Ordinal), queue.Completed.Order(StringComparer.Ordinal));
        Assert.InRange(queue.Completed.Count, 1, 99);
    }

    [Fact(Timeout = Limit)]
    public async Task What_is_not_finished_in_time_is_given_back()
    {
        var inSink = new TaskCompletionSource();
        var clock = new FakeTimeProvider();
        using var host = await StartAsync(
            jobs => jobs.Then(Twice),
            async (job, ct) =>
            {
                if (job.Payload == 0)
                {
                    await Store(job, ct);
                    return;
                }

                inSink.TrySetResult();
                await Task.Delay(Timeout.Infinite, ct);
            },
            shutdownTimeout: TimeSpan.FromSeconds(100),
            time: clock);
        Submit(10);
        await queue.UntilSettledAsync(1);
        await inSink.Task;
        var stopped = host.StopAsync();
        clock.Advance(TimeSpan.FromSeconds(90)); // the time for finishing jobs is over, that for giving them back is not
        await stopped;
        Assert.Equal(["0"], queue.Completed);
        Assert.Empty(queue.Failed);
        Assert.Equal(queue.Pulled.Skip(1).Order(StringComparer.Ordinal), queue.Released.Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Leases_are_extended_as_long_as_a_job_is_worked_on()
    {
        var leased = new RecordingQueue<int> { Lease = TimeSpan.FromMilliseconds(60) };
        using var host = await StartAsync(jobs => jobs.Then(Twice), async (_, _) => await leased.UntilExtendedAsync(5), queue: leased);
        leased.Add("slow", 1);
        await leased.UntilSettledAsync(1);
        Assert.All(leased.Extended, id => Assert.Equal("slow", id));
    }

    [Fact(Timeout = Limit)]
    public async Task A_stage_that_cannot_start_fails_the_host_and_its_jobs_are_given_back()
    {
        using var host = await StartAsync(jobs => jobs.Then(CannotLoad), Store);
        Submit(1);
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var stopping = new TaskCompletionSource();
        using var registered = lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        await stopping.Task;
        await host.StopAsync(); // which waits until the pull has ended
        Assert.Equal(queue.Pulled, queue.Released);
        Assert.Contains("the model is missing", (await HealthAsync(host)).Description, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task The_health_check_follows_its_life()
    {
        using var host = await StartAsync(jobs => jobs.Then(Twice), Store);
        Submit(3);
        await queue.UntilSettledAsync(3);
        var healthy = await HealthAsync(host);
        Assert.Equal(HealthStatus.Healthy, healthy.Status);
        await host.StopAsync();
        var stopped = await HealthAsync(host);
        Assert.Equal(HealthStatus.Unhealthy, stopped.Status);
        Assert.Equal(3L, stopped.Data["jobsCompleted"]);
    }

    [Fact(Timeout = Limit)]
    public async Task It_is_healthy_before_it_pulls_its_first_job()
    {
        var (builder, first) = (Host.CreateApplicationBuilder(), default(HealthStatus?));
        IHost? host = null;
        builder.Services.AddSingleton<IJobQueue<int>>(queue);
        builder.Services.AddPipelineWorker<int, int>(jobs => jobs.Then(Twice), Store)
            .Configure(worker => worker.Run = new() { OnStarted = _ => first = HealthAsync(host!).GetAwaiter().GetResult().Status });
        using (host = builder.Build())
        {
            await host.StartAsync();
            Assert.Equal(HealthStatus.Healthy, first);
            await host.StopAsync();
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Options_come_from_the_configuration_and_are_checked()
    {
        var settings = new Dictionary<string, string?> { ["Penstock:Workers:Worker:JobsInFlight"] = "0" };
        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(jobs => jobs.Then(Twice), Store, settings: settings));
        Assert.Contains("'Worker' has JobsInFlight = 0: use 1 or more", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_worker_without_a_queue_says_how_to_register_one()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddPipelineWorker<int, int>(jobs => jobs.Then(Twice), Store);
        using var host = builder.Build();
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains("AddSqliteJobQueue<Int32>", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Two_workers_with_names_have_queues_and_options_of_their_own()
    {
        var other = new RecordingQueue<string>();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddKeyedSingleton<IJobQueue<int>>("numbers", queue);
        builder.Services.AddSingleton<IJobQueue<string>>(other);
        builder.Services.AddPipelineWorker<int, int>(jobs => jobs.Then(Twice), Store, "numbers").Configure(o => o.JobsInFlight = 1);
        builder.Services.AddPipelineWorker<string, string>(jobs => jobs.Select(s => s), (_, _) => default, "words");
        using var host = builder.Build();
        await host.StartAsync();
        Submit(5);
        other.Add("a", "x");
        await queue.UntilSettledAsync(5);
        await other.UntilSettledAsync(1);
        await host.StopAsync();
        Assert.Equal(1, queue.MostHeld);
        Assert.Equal(["a"], other.Completed);
    }

    [Fact]
    public void Two_workers_of_one_name_are_refused_and_told_the_cure()
    {
        var services = new ServiceCollection();
        services.AddPipelineWorker<int, int>(jobs => jobs.Then(Twice), Store);
        var thrown = Assert.Throws<InvalidOperationException>(() => services.AddPipelineWorker<string, string>(jobs => jobs.Select(s => s), (_, _) => default));
        Assert.Contains("Give each a name of its own", thrown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Waiting_for_jobs_does_not_count_as_work()
    {
        var (clock, asked) = (new FakeTimeProvider(), new SemaphoreSlim(0));
        var observed = new FaultyQueue<int>(queue)
        {
            OnPull = _ =>
            {
                asked.Release();
                return default;
            },
        };
        using var host = await StartAsync(jobs => jobs.Then(Twice), Store, o => o.Run = new() { Name = "few jobs", TimeProvider = clock }, queue: observed);
        await asked.WaitAsync();
        for (var n = 0; n < 20; n++)
        {
            queue.Add($"{n}", n);
            await queue.UntilSettledAsync(1);
            await asked.WaitAsync(); // the worker has turned to the queue again
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        var snapshot = PipelineRun.Active.Select(run => run.Snapshot()).Single(run => run.Name is "few jobs");
        Assert.Equal(0, snapshot.Stages[0].BusyShare);
        Assert.NotEqual("Pull", snapshot.Bottleneck);
    }

    private static IEnumerable<int> Twice(IEnumerable<int> items)
    {
        foreach (var n in items)
            yield return n * 2;
    }

    private static IEnumerable<int> CannotLoad(IEnumerable<int> items) => throw new FileNotFoundException("the model is missing");

    private static IEnumerable<string> Ids(int count) => Enumerable.Range(0, count).Select(n => $"{n}");

    private static async Task<HealthReportEntry> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["Worker"];

    private ValueTask Store(Job<int> job, CancellationToken ct)
    {
        stored[job.Id] = job.Payload;
        return default;
    }

    private void Submit(int count)
    {
        foreach (var id in Ids(count))
            queue.Add(id, int.Parse(id, CultureInfo.InvariantCulture));
    }

    private async Task<IHost> StartAsync(
        Func<Pipeline<int>, Pipeline<int>> stages,
        Func<Job<int>, CancellationToken, ValueTask> sink,
        Action<PipelineWorkerOptions>? configure = null,
        TimeSpan? shutdownTimeout = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        IJobQueue<int>? queue = null,
        TimeProvider? time = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = shutdownTimeout ?? TimeSpan.FromSeconds(100));
        builder.Services.AddSingleton<IJobQueue<int>>(queue ?? this.queue);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddPipelineWorker(stages, sink).Configure(configure ?? (_ => { }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
