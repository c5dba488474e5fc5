using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>One trace a job, from whoever submitted it through every stage, with a span for each.</summary>
[Collection(nameof(TracesOfJobs))] // listeners hear the whole process
public class TracesOfJobs
{
    private const string Submitted = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly RecordingQueue<int> queue = new();
    private readonly ConcurrentQueue<Activity> spans = [];

    [Theory(Timeout = 120_000)]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.Process)]
    public async Task Each_stage_has_a_span_below_the_jobs_own(Isolation isolation)
    {
        using var listener = Listen();
        await RunAsync(jobs => jobs
            .Then(Steps.Twice, new() { Isolation = isolation })
            .Then(Steps.SaySlowly, "x", new() { Workers = 2 })
            .Then(Steps.Trace, new() { Isolation = isolation }));
        var mine = spans.Where(s => s.TraceId.ToString() == Submitted[3..35]).ToList();
        var job = Assert.Single(mine, s => s.OperationName == "penstock.job");
        Assert.Equal(Submitted[36..52], job.ParentSpanId.ToString());
        Assert.Equal("a", job.GetTagItem("penstock.job"));
        Assert.Equal(["Twice", "SaySlowly", "Trace", "Store"], mine.Where(s => s != job).OrderBy(s => s.StartTimeUtc).Select(s => s.OperationName));
        Assert.All(mine.Where(s => s != job), s => Assert.Equal(job.SpanId, s.ParentSpanId));
        Assert.All(mine, s => Assert.InRange(s.Duration, TimeSpan.Zero, TimeSpan.FromMinutes(2)));
        var (process, id) = Assert.Single(results).Split(' ') is [var p, var i] ? (p, i) : default;
        Assert.Equal(isolation == Isolation.Process, process != $"{Environment.ProcessId}");
        Assert.StartsWith(Submitted[..35], id, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Without_a_listener_the_stages_still_continue_the_submitters_trace()
    {
        await RunAsync(jobs => jobs.Then(Steps.Trace, new() { Isolation = Isolation.Process }));
        Assert.StartsWith(Submitted[..35], Assert.Single(results).Split(' ')[1], StringComparison.Ordinal);
    }

    private readonly ConcurrentQueue<string> results = [];

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Penstock",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private async Task RunAsync(Func<Pipeline<int>, Pipeline<string>> stages)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IJobQueue<int>>(queue);
        builder.Services.AddPipelineWorker(stages, Store);
        using var host = builder.Build();
        await host.StartAsync();
        queue.Add("a", 1, Submitted);
        await queue.UntilSettledAsync(1);
        await host.StopAsync();
        Assert.Empty(queue.Failed);
    }

    private ValueTask Store(Job<string> job, CancellationToken ct)
    {
        results.Enqueue(job.Payload);
        return default;
    }
}

[CollectionDefinition(nameof(TracesOfJobs), DisableParallelization = true)]
public class TracesOfJobsAlone;
