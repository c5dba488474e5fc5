using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>Stages and sinks can see which job they work on.</summary>
public class JobsInSight
{
    private readonly RecordingQueue<int> queue = new();
    private readonly ConcurrentDictionary<string, string> sinks = [];

    [Fact(Timeout = 120_000)]
    public async Task The_job_is_seen_in_threads_in_tasks_in_parts_and_in_the_sink()
    {
        await RunAsync(jobs => jobs
            .Then(items => items.Select(_ => Seen), new() { Workers = 2 })
            .Then(SeeLater)
            .ScatterGather(seen => Enumerable.Repeat(seen, 2), parts => parts.Then(items => items.Select(seen => $"{seen} {Seen}")), (_, parts) => parts[1]));
        Assert.Equal(["a: a/3 a/3 a/3 a/3", "b: b/3 b/3 b/3 b/3"], sinks.Select(s => $"{s.Key}: {s.Value}").Order(StringComparer.Ordinal));
        Assert.Null(JobContext.Current);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_stage_in_a_process_sees_none()
    {
        await RunAsync(jobs => jobs.Then(See, new() { Isolation = Isolation.Process }));
        Assert.Equal(["none a/3", "none b/3"], sinks.Values.Order(StringComparer.Ordinal));
    }

    private static string Seen => JobContext.Current is { } job ? $"{job.Id}/{job.Attempt}" : "none";

    private static IEnumerable<string> See(IEnumerable<int> items)
    {
        foreach (var _ in items)
            yield return Seen;
    }

    private static async IAsyncEnumerable<string> SeeLater(IAsyncEnumerable<string> items, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var seen in items.WithCancellation(ct))
        {
            await Task.Yield();
            yield return $"{seen} {Seen}";
        }
    }

    private async Task RunAsync(Func<Pipeline<int>, Pipeline<string>> stages)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IJobQueue<int>>(queue);
        builder.Services.AddSingleton(sinks);
        builder.Services.AddPipelineWorker(stages, provider =>
        {
            var results = provider.GetRequiredService<ConcurrentDictionary<string, string>>();
            return async (job, _) =>
            {
                await Task.Yield();
                results[job.Id] = $"{job.Payload} {Seen}";
            };
        });
        using var host = builder.Build();
        await host.StartAsync();
        queue.Add("a", 1, attempt: 3);
        queue.Add("b", 2, attempt: 3);
        await queue.UntilSettledAsync(2);
        await host.StopAsync();
    }
}
