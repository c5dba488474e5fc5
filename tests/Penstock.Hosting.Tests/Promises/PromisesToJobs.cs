using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Penstock.Hosting.Tests.Workers;

namespace Penstock.Hosting.Tests.Promises;

/// <summary>What every pipeline promises, where its items are jobs: each by name, the stages in this process and in others.</summary>
[Collection(nameof(Alone))]
public class PromisesToJobs
{
    private const int Limit = 120_000;

    private readonly RecordingQueue<int> queue = new();
    private readonly ConcurrentDictionary<string, int> stored = [];

    [Theory(Timeout = Limit)]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.Process)]
    public async Task Promise_1_same_result(Isolation isolation)
    {
        var link = new StageOptions { Isolation = isolation, Workers = 2 };
        using var host = await StartAsync(jobs => jobs
            .Then(Chores.Square, link)
            .ScatterGather(n => Enumerable.Range(n, 3), parts => parts.Then(Chores.Square, link), (_, squares) => squares.Sum()));
        await WorkOffAsync(100);
        await host.StopAsync();
        Assert.Equal(Numbers(100).ToDictionary(n => $"{n}", n => Enumerable.Range(n * n, 3).Sum(m => m * m)), stored);
        Assert.Equal(100, queue.Completed.Count);
    }

    [Theory(Timeout = Limit)]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.Process)]
    public async Task Promise_2_bounded(Isolation isolation)
    {
        using var host = await StartAsync(jobs => jobs.Then(Chores.Square, new() { Isolation = isolation, Workers = 3, MaxInFlight = 64 }), o => o.JobsInFlight = 4);
        await WorkOffAsync(200);
        await host.StopAsync();
        Assert.InRange(queue.MostHeld, 1, 4);
    }

    [Theory(Timeout = Limit)]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.Process)]
    public async Task Promise_3_a_failure_arrives_as_itself_and_fails_its_job_alone(Isolation isolation)
    {
        using var host = await StartAsync(jobs => jobs.Then(Chores.Refuse, new() { Isolation = isolation }));
        await WorkOffAsync(20);
        await host.StopAsync();
        var failure = Assert.IsType<FormatException>(Assert.Single(queue.Failed).Value);
        Assert.Equal("seven", failure.Message);
        Assert.IsType<IOException>(failure.InnerException);
        Assert.Contains(nameof(Chores.Refuse), failure.StackTrace, StringComparison.Ordinal);
        Assert.Equal(19, queue.Completed.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task Promise_4_nothing_hangs_when_the_process_of_a_stage_crashes()
    {
        using var host = await StartAsync(jobs => jobs.Then(Chores.Crash, new() { Isolation = Isolation.Process }));
        await WorkOffAsync(20);
        await host.StopAsync();
        var (job, failure) = Assert.Single(queue.Failed);
        Assert.Equal($"{Chores.BadNumber}", job);
        Assert.IsType<WorkerCrashedException>(failure);
        Assert.Equal(19, queue.Completed.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task Promise_5_nothing_leaks()
    {
        var ended = 0;
        using var host = await StartAsync(jobs => jobs.Then(Chores.ProcessOf, new() { Isolation = Isolation.Process }).Then(UntilItEnds));
        await WorkOffAsync(20);
        using var worker = Process.GetProcessById(stored.Values.Distinct().Single());
        await host.StopAsync();
        await worker.WaitForExitAsync();
        Assert.Equal(1, ended);
        Assert.Equal(queue.Pulled.Count, queue.Completed.Count);

        IEnumerable<int> UntilItEnds(IEnumerable<int> items)
        {
            try
            {
                foreach (var item in items)
                    yield return item;
            }
            finally
            {
                ended++;
            }
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.Process)]
    public async Task Promise_6_waiting_for_jobs_uses_less_than_a_hundredth_of_a_core(Isolation isolation)
    {
        using var host = await StartAsync(jobs => jobs.Then(Chores.ProcessOf, new() { Isolation = isolation }));
        await WorkOffAsync(20);
        Process[] all = [.. stored.Values.Append(Environment.ProcessId).Distinct().Select(Process.GetProcessById)];
        var shares = new List<double>();
        while (shares.Count < 30 && shares.DefaultIfEmpty(1).Min() >= 0.01) // the runtime may still compile what ran before
        {
            var (start, before) = (Stopwatch.GetTimestamp(), Total());
            await Task.Delay(1000);
            shares.Add((Total() - before) / Stopwatch.GetElapsedTime(start));
        }

        Array.ForEach(all, p => p.Dispose());
        await host.StopAsync();
        Assert.InRange(shares.Min(), 0, 0.01);

        TimeSpan Total() => all.Aggregate(TimeSpan.Zero, (sum, process) =>
        {
            process.Refresh();
            return sum + process.TotalProcessorTime;
        });
    }

    [Fact(Timeout = Limit)]
    public async Task Promise_7_says_what_it_is_doing()
    {
        var isHeld = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var (clock, asked) = (new FakeTimeProvider(), new SemaphoreSlim(0));
        var observed = new FaultyQueue<int>(queue)
        {
            OnPull = _ =>
            {
                asked.Release();
                return default;
            },
        };
        using var host = await StartAsync(
            jobs => jobs.Then(Hold, new() { Name = "Hold" }),
            o => (o.JobsInFlight, o.Run) = (2, new() { Name = "Worker", TimeProvider = clock }),
            observed);
        queue.Add("1", 1);
        await isHeld.Task;
        await asked.WaitAsync();
        await asked.WaitAsync(); // the worker has turned to the queue again
        clock.Advance(TimeSpan.FromMinutes(1));
        var health = (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["Worker"];
        Assert.Equal(HealthStatus.Healthy, health.Status);
        Assert.Equal(1, health.Data["jobsInFlight"]);
        Assert.Equal("Hold", PipelineRun.Active.Single(r => r.Name == "Worker").Snapshot().Bottleneck);
        mayEnd.SetResult();
        await queue.UntilSettledAsync(1);
        await host.StopAsync();

        IEnumerable<int> Hold(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                isHeld.SetResult();
                mayEnd.Task.Wait();
                yield return item;
            }
        }
    }

    private static IEnumerable<int> Numbers(int count) => Enumerable.Range(0, count);

    private async Task WorkOffAsync(int count)
    {
        foreach (var n in Numbers(count))
            queue.Add(n.ToString(CultureInfo.InvariantCulture), n);
        await queue.UntilSettledAsync(count);
    }

    private async Task<IHost> StartAsync(Func<Pipeline<int>, Pipeline<int>> stages, Action<PipelineWorkerOptions>? configure = null, IJobQueue<int>? pulledFrom = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(pulledFrom ?? queue);
        builder.Services.AddPipelineWorker(stages, (job, _) =>
        {
            stored[job.Id] = job.Payload;
            return default;
        }).Configure(configure ?? (_ => { }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
