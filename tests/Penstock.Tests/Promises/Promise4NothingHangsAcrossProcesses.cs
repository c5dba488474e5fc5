using System.Diagnostics;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>
/// Workers in processes leave at once whatever they wait for, and are killed where they do not. What dies and hangs by itself is in the
/// tests of accidents.
/// </summary>
public sealed class Promise4NothingHangsAcrossProcesses : IDisposable
{
    private readonly DistantGate gate = new();

    public enum Wait
    {
        Item,
        Slot,
        Turn,
        Retry,
    }

    public void Dispose() => gate.Dispose();

    [Theory]
    [InlineData(Wait.Item, "waiting for an item")]
    [InlineData(Wait.Slot, "waiting for a slot")]
    [InlineData(Wait.Turn, "waiting for a slot")]
    [InlineData(Wait.Retry, "pausing")]
    public Task A_worker_leaves_at_once_whatever_it_waits_for(Wait wait, string activity) => Within.Time(async () =>
    {
        await using var run = Waiting(wait).Start(new() { StopTimeout = TimeSpan.FromMinutes(5) }); // that is not what ends it
        run.LookUntil(s => s.Stages.Any(stage => stage.Name is "waits" && stage.Workers.Any(w => w.Activity.StartsWith(activity, StringComparison.Ordinal))));
        if (wait != Wait.Retry)
            await gate.Arrived; // who came later would find no gate
        var start = Stopwatch.GetTimestamp();
        run.Abort();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
    });

    [Fact]
    public Task A_sink_that_stops_early_has_its_result_although_the_source_is_stuck_in_its_process() => Within.Time(async () =>
        Assert.Equal(0, await Pipeline.From(StuckBehindOne, gate.Name, Beside.Process).To(xs => xs.First()).RunAsync(new() { StopTimeout = TimeSpan.FromMilliseconds(200) })));

    [Fact]
    public Task A_filter_that_finds_nothing_more_ends_with_a_sink_that_stops_early() => Within.Time(async () =>
        Assert.Equal([0, 1, 2], await Pipeline.From(Items.Endless).Then(static xs => xs.Where(static x => x < 3), Beside.Process).To(xs => xs.Take(3).ToList()).RunAsync()));

    [Fact]
    public Task A_failing_sink_has_its_exception_although_the_source_is_stuck_in_its_process() => Within.Time(async () =>
    {
        var mine = new TestException();
        var pipeline = Pipeline.From(StuckBehindOne, gate.Name, Beside.Process).To(xs => xs.Sum(x => x == 0 ? throw mine : x));
        Assert.Same(mine, await Record.ExceptionAsync(() => pipeline.RunAsync(new() { StopTimeout = TimeSpan.FromMilliseconds(200) })));
    });

    [Fact]
    public Task Nothing_moving_for_the_idle_timeout_ends_the_run_and_the_processes() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Steps.CountUp, Beside.Process).Then(StuckAtFirst, gate.Name, Beside.Process with { Name = "stuck" }).To(Items.Drop);
        var options = new RunOptions { IdleTimeout = TimeSpan.FromSeconds(2), StopTimeout = TimeSpan.FromMilliseconds(200) };
        var thrown = await Assert.ThrowsAsync<TimeoutException>(() => pipeline.RunAsync(options));
        Assert.Contains("'stuck', worker 0", thrown.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_process_that_hangs_before_its_first_item_is_idle_too() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Enumerable.Range(0, 99)).Then(StuckAtStart, gate.Name, Beside.Process with { Name = "model" }).To(Items.Drop);
        var options = new RunOptions { IdleTimeout = TimeSpan.FromSeconds(1), StopTimeout = TimeSpan.FromMilliseconds(200) };
        var thrown = await Assert.ThrowsAsync<TimeoutException>(() => pipeline.RunAsync(options));
        Assert.Matches("'model', worker 0, [^;]*still starting", thrown.Message);
    });

    private RunnablePipeline Waiting(Wait wait)
    {
        var waits = Beside.Process with { Name = "waits" };
        return wait switch
        {
            Wait.Item => Pipeline.From(StuckBehindOne, gate.Name).Then(Steps.Pass, waits).To(Items.Drop),
            Wait.Slot => Pipeline.From(Steps.CountUp, waits).To(xs => Items.Drop(StuckAtFirst(xs, gate.Name))),
            Wait.Turn => Pipeline.From(Steps.CountUp).Then(StuckAtFirst, gate.Name, waits with { Workers = 3, MaxInFlight = 3 }).To(Items.Drop),
            _ => Pipeline.From(Steps.CountUp).Then(AlwaysFail, waits with { Faults = FaultPolicy.Retry(5, TimeSpan.FromHours(1)) }).To(Items.Drop),
        };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_last_block_that_waits_for_the_stages_token_ends_with_it(bool isWrapped) => Within.Time(async () =>
        Assert.Equal([0, 1, 2], await Pipeline.From(Steps.CountUntilTold, isWrapped, Beside.Process).To(xs => xs.Take(3).ToList()).RunAsync()));

    private static IEnumerable<int> StuckBehindOne(string gate)
    {
        yield return 0;
        DistantGate.Pass(gate);
    }

    private static IEnumerable<int> StuckAtStart(IEnumerable<int> items, string gate)
    {
        DistantGate.Pass(gate);
        return items;
    }

    private static IEnumerable<int> StuckAtFirst(IEnumerable<int> items, string gate)
    {
        foreach (var item in items)
        {
            if (item == 0)
                DistantGate.Pass(gate);
            yield return item;
        }
    }

    private static IEnumerable<int> AlwaysFail(IEnumerable<int> items)
    {
        foreach (var _ in items)
            throw new MishapException("again");
        yield break;
    }
}
