using InferenceWorker.Jobs;
using Penstock.Fleet.Tests.Fleets;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.Fleet.Tests;

/// <summary>Three workers, each with room for one job: a slow job keeps its own worker busy, and no other job waiting.</summary>
public class FairnessTests
{
    private const int Fast = 40;

    [Fact(Timeout = 240_000)]
    public Task No_fast_job_waits_behind_a_slow_one_in_SQLite() => NobodyWaitsBehindAsync(queue: null);

    [BrokerFact(Timeout = 240_000)]
    public async Task No_fast_job_waits_behind_a_slow_one_in_RabbitMQ()
    {
        await using var broker = await Broker.StartNewAsync();
        await NobodyWaitsBehindAsync(broker.Uri.ToString());
    }

    private static async Task NobodyWaitsBehindAsync(string? queue)
    {
        await using var fleet = new TestFleet(queue);
        var mayEnd = new TaskCompletionSource();
        fleet.Sending = image => image.Contains("-page", StringComparison.Ordinal) ? mayEnd.Task : Task.CompletedTask;
        var first = fleet.StartWorker("--jobs-in-flight", "1");
        var second = fleet.StartWorker("--jobs-in-flight", "1");
        var third = fleet.StartWorker("--jobs-in-flight", "1");
        await Task.WhenAll(first.StartedAsync(), second.StartedAsync(), third.StartedAsync());

        // Two workers get a slow job each and keep it; the third slow one comes last.
        var jobs = await fleet.SubmitAsync([JobKind.Page, JobKind.Page, .. Enumerable.Repeat(JobKind.Digit, Fast), JobKind.Page]);
        await fleet.Stored.UntilAsync(stored => stored.Count == Fast);
        var fast = fleet.Stored.All;
        Assert.Equal(
            jobs.Where(made => made.Job.Kind == JobKind.Digit).Select(made => ReadResult.PathOf(made.Job.Id)).ToHashSet(StringComparer.Ordinal),
            fast.Select(file => file.Path).ToHashSet(StringComparer.Ordinal));
        var idle = Assert.Single(fast.Select(file => file.By).Distinct(StringComparer.Ordinal));

        mayEnd.SetResult();
        await fleet.Stored.UntilAsync(stored => stored.Count == jobs.Count);
        var slow = fleet.Stored.All.Skip(Fast).ToList();
        Assert.Equal(3, slow.Count);
        Assert.Contains(idle, new[] { first.Name, second.Name, third.Name });
        Assert.Equal(2, slow.Select(file => file.By).Where(worker => !string.Equals(worker, idle, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count());
    }
}
