using InferenceWorker;
using InferenceWorker.Jobs;
using Penstock.Fleet.Tests.Fleets;

namespace Penstock.Fleet.Tests;

/// <summary>SIGTERM, as by a deployment that replaces a worker.</summary>
public class DrainTests
{
    private const int Jobs = 60;
    private const int Finished = 10;

    private readonly TaskCompletionSource mayEnd = new();

    [Fact(Timeout = 240_000)]
    public async Task Jobs_in_flight_are_finished_and_no_more_are_pulled()
    {
        await using var fleet = await HalfwayAsync(shutdownTimeout: 60);
        var worker = await StoppingAsync(fleet);
        mayEnd.SetResult();
        Assert.Equal(0, await worker.ExitCodeAsync());

        var stored = fleet.Results.Count();
        Assert.InRange(stored, Finished, Jobs - 1);
        Assert.Equal((Jobs - stored, 0, 0), await CountsAsync(fleet));
        await NothingIsDoneAgainAsync(fleet);
    }

    [Fact(Timeout = 240_000)]
    public async Task What_cannot_be_finished_in_time_goes_back_to_the_queue()
    {
        await using var fleet = await HalfwayAsync(shutdownTimeout: 20);
        var worker = await StoppingAsync(fleet);
        Assert.Equal(0, await worker.ExitCodeAsync());

        Assert.Equal(Finished, fleet.Results.Count());
        Assert.Equal((Jobs - Finished, 0, 0), await CountsAsync(fleet));
        mayEnd.SetResult();
        await NothingIsDoneAgainAsync(fleet);
        foreach (var job in fleet.Results)
            Assert.Equal(1, (await fleet.ResultAsync(job)).Attempt); // to give a job back costs none
    }

    /// <summary>A worker has finished some jobs, and waits for the images of others.</summary>
    private async Task<TestFleet> HalfwayAsync(double shutdownTimeout)
    {
        var fleet = new TestFleet(options: new FleetOptions { ShutdownTimeout = shutdownTimeout });
        var asked = 0;
        fleet.Sending = _ => Interlocked.Increment(ref asked) > Finished ? mayEnd.Task : Task.CompletedTask;
        await fleet.SubmitAsync([.. Enumerable.Repeat(JobKind.Digit, Jobs)]);
        return fleet;
    }

    private static async Task<WorkerProcess> StoppingAsync(TestFleet fleet)
    {
        var worker = fleet.StartWorker();
        await fleet.Stored.UntilAsync(stored => stored.Count == Finished);
        await fleet.Asked.UntilAsync(asked => asked.Count > Finished);
        await worker.TerminateAsync();
        await worker.SaysAsync("drains");
        return worker;
    }

    private static async Task<(long Waiting, long? InProgress, long Dead)> CountsAsync(TestFleet fleet)
    {
        var counts = await fleet.Store.CountAsync();
        return (counts.Waiting, counts.InProgress, counts.Dead);
    }

    private static async Task NothingIsDoneAgainAsync(TestFleet fleet)
    {
        var next = fleet.StartWorker();
        await fleet.Stored.UntilAsync(stored => stored.Count == Jobs);
        await next.TerminateAsync();
        Assert.Equal(0, await next.ExitCodeAsync());
        Assert.All(fleet.Stored.All, file => Assert.Equal(1, file.Times));
        Assert.Equal(Jobs, fleet.Results.Count());
        Assert.Equal((0, 0, 0), await CountsAsync(fleet));
    }
}
