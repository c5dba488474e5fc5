using InferenceWorker;
using InferenceWorker.Jobs;
using Penstock.Fleet.Tests.Fleets;
using Xunit.Abstractions;

namespace Penstock.Fleet.Tests;

/// <summary>The model's process segfaults; the queue is told at once, although the lease lasts ten minutes.</summary>
public class CrashTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Fact(Timeout = 120_000)]
    public async Task The_job_is_put_aside_within_a_second_when_it_has_no_try_left()
    {
        // With room for one job, the next image is asked for when the job before has been settled.
        var elapsed = await BetweenAsync(attempts: 1, [JobKind.Digit, JobKind.Crash, JobKind.Digit], from: "0002-crash", to: "0003-digit", dead: 1);
        Assert.InRange(elapsed, TimeSpan.Zero, Limit);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_job_is_given_to_the_next_one_within_a_second_when_it_has_a_try_left()
    {
        var elapsed = await BetweenAsync(attempts: 2, [JobKind.Digit, JobKind.Crash], from: "0002-crash", to: "0002-crash", dead: 1);
        Assert.InRange(elapsed, TimeSpan.Zero, Limit);
    }

    /// <summary>The time between two images being sent, which is longer than what passes between the crash and the queue's change.</summary>
    private async Task<TimeSpan> BetweenAsync(int attempts, JobKind[] kinds, string from, string to, int dead)
    {
        await using var fleet = new TestFleet(options: new FleetOptions { Attempts = attempts, Backoff = 0.01, Lease = 600 });
        var times = new Chronicle<(string Image, long At)>();
        fleet.Sending = image =>
        {
            times.Add((image, TimeProvider.System.GetTimestamp()));
            return Task.CompletedTask;
        };
        var jobs = await fleet.SubmitAsync(kinds);
        var worker = fleet.StartWorker("--jobs-in-flight", "1");
        await fleet.UntilDeadAsync(dead);
        await fleet.Stored.UntilAsync(stored => stored.Count == kinds.Count(kind => kind == JobKind.Digit));

        var put = Assert.Single(await fleet.DeadAsync());
        Assert.Equal(jobs[1].Job.Id, put.Id);
        Assert.Equal(attempts, put.Attempts);
        Assert.Contains("SIGSEGV", put.Reason, StringComparison.Ordinal);
        var start = times.All.First(time => time.Image.Contains(from, StringComparison.Ordinal)).At;
        var end = times.All.Last(time => time.Image.Contains(to, StringComparison.Ordinal)).At;
        var elapsed = TimeProvider.System.GetElapsedTime(start, end);
        output.WriteLine($"{elapsed.TotalMilliseconds:F0} ms from the image that crashes the model to {to}");
        return elapsed;
    }
}
