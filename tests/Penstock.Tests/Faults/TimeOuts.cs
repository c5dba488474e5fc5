using Penstock.Tests.Support;

namespace Penstock.Tests.Faults;

/// <summary>How a run ends when somebody is stuck. What counts as stuck is in Corners/Rule09Time.</summary>
public class TimeOuts
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private readonly TestClock clock = new();

    [Fact]
    public Task A_stuck_worker_is_waited_for_until_StopTimeout_and_then_named() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var stop = TimeSpan.FromSeconds(3);
        var run = Pipeline.From([1]).StuckOn(gate, "model", Limit).To(Items.Drop).RunAsync(new() { TimeProvider = clock, StopTimeout = stop });
        await gate.Arrived;
        clock.AdvanceBy(Limit / 4, 6);
        await clock.TimerOf(stop);
        Assert.False(run.IsCompleted);
        clock.Advance(stop);
        var stuck = await Assert.ThrowsAsync<WorkerStuckException>(() => run);
        Assert.Contains("'model', worker 0", Assert.IsType<string>(stuck.Data["Penstock.Stuck"]), StringComparison.Ordinal);
        Assert.Equal("model", stuck.Data["Penstock.Stage"]);
    });

    [Fact]
    public Task A_worker_that_leaves_in_time_is_not_called_stuck_in_the_end() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From([1]).StuckOn(gate, "model", Limit).To(Items.Drop).RunAsync(new() { TimeProvider = clock });
        await gate.Arrived;
        clock.AdvanceBy(Limit / 4, 6);
        gate.Open();
        var stuck = await Assert.ThrowsAsync<WorkerStuckException>(() => run);
        Assert.False(stuck.Data.Contains("Penstock.Stuck"));
        Assert.Equal(0, clock.LiveTimers);
    });

    [Fact]
    public Task A_StopTimeout_of_zero_waits_for_nobody() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From([1]).StuckOn(gate, "model", null).To(Items.Drop).Start(new() { StopTimeout = TimeSpan.Zero });
        await gate.Arrived;
        run.Abort();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.DoesNotContain(run, PipelineRun.Active);
    });

    [Fact]
    public Task Time_outs_that_are_not_reached_change_nothing() => Within.Time(() =>
    {
        var far = TimeSpan.FromHours(1);
        var options = new StageOptions { Workers = 2, ItemTimeout = far, StartupTimeout = far };
        Assert.Equal(
            Enumerable.Range(0, 1000),
            Pipeline.From(Enumerable.Range(0, 1000), new() { ItemTimeout = far }).Select(x => x, options).AsEnumerable(new() { IdleTimeout = far, TimeProvider = clock }));
        Assert.Equal(0, clock.LiveTimers);
    });

    [Fact]
    public Task The_end_of_a_stage_that_got_no_item_is_no_part_of_its_start() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var options = new StageOptions { StartupTimeout = Limit };
        var run = Pipeline.From(Array.Empty<int>()).Then(WorkAtTheEnd, options).To(Items.Drop).RunAsync(new() { TimeProvider = clock });
        await gate.Arrived;
        clock.AdvanceBy(Limit / 4, 8);
        gate.Open();
        await run;

        IEnumerable<int> WorkAtTheEnd(IEnumerable<int> items)
        {
            foreach (var item in items)
                yield return item;
            gate.Pass();
        }
    });

    [Fact]
    public Task A_last_block_of_a_good_run_has_StopTimeout_and_not_IdleTimeout() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Items.Endless).Then(LeaveSlowly).To(items => items.First()).RunAsync(new() { TimeProvider = clock, IdleTimeout = Limit / 8 });
        await gate.Arrived;
        clock.AdvanceBy(Limit / 8, 8);
        gate.Open();
        Assert.Equal(0, await run);

        IEnumerable<int> LeaveSlowly(IEnumerable<int> items)
        {
            try
            {
                foreach (var item in items)
                    yield return item;
            }
            finally
            {
                gate.Pass();
            }
        }
    });

    [Fact]
    public Task ItemTimeout_also_watches_sources_sinks_and_asynchronous_stages() => Within.Time(async () =>
    {
        var options = new StageOptions { Name = "slow", ItemTimeout = Limit };
        Func<Gate, RunnablePipeline>[] forms =
        [
            gate => Pipeline.From(() => Enumerable.Range(0, 9).Select(x => Stop(x, gate)), options).To(Items.Drop),
            gate => Pipeline.From(Enumerable.Range(0, 9)).To(xs => Items.Drop(xs.Select(x => Stop(x, gate))), options),
            gate => Pipeline.From(Enumerable.Range(0, 9)).Select(async x => await StopAsync(x, gate), options).To(Items.Drop),
        ];
        foreach (var form in forms)
        {
            using var gate = new Gate();
            var run = form(gate).RunAsync(new() { TimeProvider = clock });
            await gate.Arrived;
            clock.AdvanceBy(Limit / 4, 8);
            gate.Open();
            var stuck = await Assert.ThrowsAsync<WorkerStuckException>(() => run);
            Assert.Contains("'slow', worker 0", stuck.Message, StringComparison.Ordinal);
        }

        static int Stop(int item, Gate gate)
        {
            if (item == 5)
                gate.Pass();
            return item;
        }

        static async Task<int> StopAsync(int item, Gate gate)
        {
            if (item == 5)
                await gate.PassAsync();
            return item;
        }
    });

    [Fact]
    public Task A_retry_policy_does_not_swallow_a_time_out() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From([1, 2]).Select(Pass, new() { ItemTimeout = Limit, Faults = FaultPolicy.Retry(5) }).To(Items.Drop).RunAsync(new() { TimeProvider = clock });
        await gate.Arrived;
        clock.AdvanceBy(Limit / 4, 8);
        gate.Open();
        await Assert.ThrowsAsync<WorkerStuckException>(() => run);

        int Pass(int item)
        {
            gate.Pass();
            return item;
        }
    });
}

file static class Stages
{
    public static Pipeline<int> StuckOn(this Pipeline<int> pipeline, Gate gate, string name, TimeSpan? limit)
    {
        return pipeline.Select(Pass, new() { Name = name, ItemTimeout = limit });

        int Pass(int item)
        {
            gate.Pass();
            return item;
        }
    }
}
