using InferenceWorker;
using InferenceWorker.Jobs;
using Penstock.Fleet.Tests.Fleets;
using Xunit.Abstractions;

namespace Penstock.Fleet.Tests;

/// <summary>The model's process segfaults; the queue is told at once, although the lease lasts ten minutes.</summary>
public class CrashTests(ITestOutputHelper output)
{
    private const int MostRounds = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    [Fact(Timeout = 240_000)]
    public async Task The_job_is_put_aside_within_a_second_when_it_has_no_try_left() =>
        // With room for one job, the next image is asked for when the job before has been settled.
        Assert.InRange(await ShortestAsync(attempts: 1, next: JobKind.Digit), TimeSpan.Zero, Limit);

    [Fact(Timeout = 240_000)]
    public async Task The_job_is_given_to_the_next_one_within_a_second_when_it_has_a_try_left() =>
        Assert.InRange(await ShortestAsync(attempts: 2, next: null), TimeSpan.Zero, Limit);

    /// <summary>
    /// The time between two images being asked for, that of a job which crashes the model and the next one, which is longer than what passes
    /// between the crash and the queue's change. The shortest of several, if need be: a busy machine does not delay all of them.
    /// </summary>
    private async Task<TimeSpan> ShortestAsync(int attempts, JobKind? next)
    {
        await using var fleet = new TestFleet(options: new FleetOptions { Attempts = attempts, Backoff = 0.01, Lease = 600 });
        var times = new Chronicle<(string Image, long At)>();
        fleet.Sending = image =>
        {
            times.Add((image, TimeProvider.System.GetTimestamp()));
            return Task.CompletedTask;
        };
        fleet.StartWorker("--jobs-in-flight", "1");
        var shortest = TimeSpan.MaxValue;
        for (var round = 1; round <= MostRounds && shortest > Limit; round++)
        {
            var crash = new PlannedJob(Seed: 1, 2 * round, JobKind.Crash);
            var last = next is { } kind ? new PlannedJob(Seed: 1, (2 * round) + 1, kind) : crash;
            await fleet.SubmitAsync([crash]);
            if (last != crash)
                await fleet.SubmitAsync([last]);
            await fleet.UntilOnlyDeadAsync(round);

            var put = (await fleet.DeadAsync()).Single(job => job.Id == crash.Id);
            Assert.Equal(attempts, put.Attempts);
            Assert.Contains("SIGSEGV", put.Reason, StringComparison.Ordinal);
            var elapsed = TimeProvider.System.GetElapsedTime(times.All.First(time => time.Image == crash.Image).At, times.All.Last(time => time.Image == last.Image).At);
            output.WriteLine($"{elapsed.TotalMilliseconds:F0} ms from the image that crashes the model to {last.Image}");
            shortest = elapsed < shortest ? elapsed : shortest;
        }

        return shortest;
    }
}
