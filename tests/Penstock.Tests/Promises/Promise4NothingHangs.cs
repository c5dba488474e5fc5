using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>A stuck item, a consumer that stops early, an abort at any place: each ends in a result or a clear error, soon.</summary>
public class Promise4NothingHangs
{
    [Theory]
    [InlineData(Execution.Parallel, 4)]
    [InlineData(Execution.Parallel, 4, 4)]
    [InlineData(Execution.Parallel, 4, 4, Isolation.None)]
    [InlineData(Execution.Parallel, 1)]
    [InlineData(Execution.Sequential, 4)]
    public Task A_sink_that_stops_early_ends_an_endless_source(Execution execution, int maxInFlight, int workers = 1, Isolation isolation = Isolation.Thread) => Within.Time(async () =>
    {
        var link = new StageOptions { MaxInFlight = maxInFlight, Isolation = isolation };
        var pipeline = Pipeline.From(Items.Endless, link).Then(xs => xs.Select(x => x), link with { Workers = workers }).To(xs => xs.Take(5).ToList());
        Assert.Equal(Enumerable.Range(0, 5), await pipeline.RunAsync(new() { Execution = execution }));
    });

    [Theory]
    [InlineData(Isolation.Thread, 1)]
    [InlineData(Isolation.Thread, 4)]
    [InlineData(Isolation.None, 1)]
    [InlineData(Isolation.None, 4)]
    public Task A_filter_that_finds_nothing_more_ends_with_a_sink_that_stops_early(Isolation isolation, int workers) => Within.Time(async () =>
    {
        var options = new StageOptions { Isolation = isolation };
        var pipeline = Pipeline.From(Items.Endless, options).Then(xs => xs.Where(x => x < 3), options with { Workers = workers }).To(xs => xs.Take(3).ToList());
        Assert.Equal([0, 1, 2], await pipeline.RunAsync(new() { CreatePace = Paces.All["always ahead"] }));
    });

    [Theory]
    [InlineData(Execution.Parallel, 4)]
    [InlineData(Execution.Parallel, 1)]
    [InlineData(Execution.Sequential, 4)]
    public Task A_middle_stage_that_stops_early_ends_an_endless_source(Execution execution, int maxInFlight) => Within.Time(async () =>
    {
        var link = new StageOptions { MaxInFlight = maxInFlight };
        var pipeline = Pipeline.From(Items.Endless, link).Then(xs => xs.Take(5), link).Then(xs => xs.Select(x => x)).To(xs => xs.ToList());
        Assert.Equal(Enumerable.Range(0, 5), await pipeline.RunAsync(new() { Execution = execution }));
    });

    [Fact]
    public Task An_asynchronous_sink_that_stops_early_ends_an_endless_source() => Within.Time(async () =>
    {
        var source = Pipeline.From(Items.Endless);
        var many = new StageOptions { Workers = 20 };
        Assert.Equal(Enumerable.Range(0, 5), await source.Select(async x => await Task.FromResult(x), many).To(xs => xs.Take(5).ToListAsync()).RunAsync());
        Assert.Equal(Enumerable.Range(0, 5), await source.Then(xs => xs.Select(x => x), many).To(xs => xs.Take(5).ToListAsync()).RunAsync(new() { Isolation = Isolation.None }));
    });

    [Fact]
    public Task A_sink_that_asks_for_nothing_ends_an_endless_source() => Within.Time(async () =>
        Assert.Equal(42, await Pipeline.From(Items.Endless).Select(x => x, new() { Workers = 3 }).Batch(3).To(_ => 42).RunAsync()));

    [Fact]
    public Task A_failing_sink_returns_by_StopTimeout_while_the_source_is_blocked_for_ever() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var mine = new TestException();
        var caught = await Record.ExceptionAsync(() => Pipeline.From(BlockedAfterOne, gate).To(FailWith).RunAsync(new() { StopTimeout = TimeSpan.FromMilliseconds(200) }));
        Assert.Same(mine, caught);
        var stuck = Assert.IsType<string>(mine.Data["Penstock.Stuck"]);
        Assert.Contains("'BlockedAfterOne', worker 0", stuck, StringComparison.Ordinal);

        void FailWith(IEnumerable<int> items)
        {
            foreach (var _ in items)
            {
                gate.Arrived.Wait();
                throw mine;
            }
        }
    });

    [Fact]
    public Task A_run_that_is_cancelled_while_the_source_is_blocked_for_ever_names_the_stuck_worker() => Within.Time(async () =>
    {
        using var gate = new Gate();
        using var cancellation = new CancellationTokenSource();
        var run = Pipeline.From(BlockedAfterOne, gate).To(Items.Drop).RunAsync(new() { StopTimeout = TimeSpan.FromMilliseconds(200) }, cancellation.Token);
        await gate.Arrived;
        await cancellation.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        Assert.Contains("'BlockedAfterOne', worker 0", cancelled.Message, StringComparison.Ordinal);
        Assert.Contains("'BlockedAfterOne', worker 0", Assert.IsType<string>(cancelled.Data["Penstock.Stuck"]), StringComparison.Ordinal);
    });

    [Fact]
    public Task A_sink_that_stops_early_while_the_source_is_blocked_for_ever_names_the_stuck_worker() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var pipeline = Pipeline.From(BlockedAfterOne, gate).Then(xs => xs.Select(x => x), new() { Workers = 2 }).To(xs => FirstWhenBlocked(xs, gate));
        var stuck = await Assert.ThrowsAsync<WorkerStuckException>(() => pipeline.RunAsync(new() { StopTimeout = TimeSpan.FromMilliseconds(200) }));
        Assert.Contains("'BlockedAfterOne', worker 0", stuck.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_caller_who_stops_early_while_the_source_is_blocked_for_ever_gets_control_back() => Within.Time(() =>
    {
        using var gate = new Gate();
        var results = Pipeline.From(BlockedAfterOne, gate).AsEnumerable(new() { StopTimeout = TimeSpan.FromMilliseconds(200) });
        Assert.Throws<WorkerStuckException>(() => FirstWhenBlocked(results, gate));
    });

    [Fact]
    public Task An_abort_returns_by_StopTimeout_while_the_source_is_blocked_for_ever() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(BlockedAfterOne, gate).To(Items.Drop).Start(new() { StopTimeout = TimeSpan.FromMilliseconds(200) });
        await gate.Arrived;
        run.Abort();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
    });

    public static TheoryData<string> Waits => [.. Waiting(new Gate()).Keys];

    [Theory]
    [MemberData(nameof(Waits))]
    public Task A_worker_leaves_at_once_whatever_it_waits_for(string wait) => Within.Time(async () =>
    {
        // The clock stands still: only the abort can end these waits, no time-out does.
        using var gate = new Gate();
        var (pipeline, activity) = Waiting(gate)[wait];
        var run = pipeline.Start(new() { TimeProvider = new TestClock() });
        await run.Until(s => s.Stages.Any(stage => stage.Workers.Any(w => w.Activity.StartsWith(activity, StringComparison.Ordinal))));
        run.Abort();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
    });

    private static Dictionary<string, (RunnablePipeline Pipeline, string Activity)> Waiting(Gate gate)
    {
        var tight = new StageOptions { Name = "tight", MaxInFlight = 2 };
        var source = Pipeline.From(Items.Endless, tight);
        return new(StringComparer.Ordinal)
        {
            ["an item"] = (Pipeline.From(BlockedAfterOne, gate).To(Items.Drop), "waiting for an item"),
            ["an item, asynchronously"] = (Pipeline.From(BlockedAfterOne, gate).To(xs => xs.CountAsync().AsTask() as Task), "waiting for an item"),
            ["a batch"] = (Pipeline.From(BlockedAfterOne, gate).Batch(10, TimeSpan.FromHours(1)).To(Items.Drop), "waiting for an item"),
            ["a slot"] = (source.To(StuckOn, gate), "waiting for a slot"),
            ["a slot, asynchronously"] = (Pipeline.From(Items.Asynchronous, 1000, tight).To(StuckOn, gate), "waiting for a slot"),
            ["room in bytes"] = (Pipeline.From(Items.Endless, tight with { MaxInFlight = 100, MaxInFlightBytes = 1, SizeOf = _ => 1 }).To(StuckOn, gate), "waiting for a slot"),
            ["a turn"] = (source.Then(StuckOnFirst, gate, new() { Workers = 3, MaxInFlight = 3 }).To(Items.Drop), "waiting for a slot"),
            ["a retry"] = (source.Then(AlwaysFail, new() { Faults = FaultPolicy.Retry(5, TimeSpan.FromHours(1)) }).To(Items.Drop), "pausing"),
            ["a gathering"] = (source.ScatterGather(n => new[] { n }, parts => parts.Then(StuckOnFirst, gate), (n, _) => n, maxOpen: 1).To(Items.Drop), "waiting for a slot"),
        };
    }

    private static IEnumerable<int> BlockedAfterOne(Gate gate)
    {
        yield return 1;
        gate.Pass();
    }

    // Who ended before would meet a source that is between two items.
    private static int FirstWhenBlocked(IEnumerable<int> items, Gate gate) => items.Select(item =>
    {
        gate.Arrived.Wait();
        return item;
    }).First();

    private static IEnumerable<int> StuckOnFirst(IEnumerable<int> items, Gate gate)
    {
        foreach (var item in items)
        {
            if (item == 0)
                gate.Pass();
            yield return item;
        }
    }

    [Theory]
    [InlineData(Isolation.Thread, null, 1)]
    [InlineData(Isolation.Thread, 1, 1)]
    [InlineData(Isolation.None, null, 1)]
    [InlineData(Isolation.None, null, 3)]
    [InlineData(Isolation.Thread, null, 1, Execution.Sequential)]
    public Task A_last_block_that_waits_for_the_stages_token_ends_with_it(Isolation isolation, int? maxInFlight, int workers, Execution execution = Execution.Parallel) => Within.Time(async () =>
    {
        var options = new StageOptions { Isolation = isolation, MaxInFlight = maxInFlight };
        var next = options with { Workers = workers, MaxInFlight = maxInFlight ?? 8 };
        foreach (var isWrapped in (bool[])[false, true])
        {
            var source = Pipeline.From(Steps.CountUntilTold, isWrapped, options);
            foreach (var pipeline in (Pipeline<int>[])[source, source.Then(Steps.Pass, next), source.Where(x => x >= 0).Then(Steps.Pass, next)])
                Assert.Equal([0, 1, 2], await pipeline.To(xs => xs.Take(3).ToList()).RunAsync(new() { Execution = execution }));
        }
    });

    private static void StuckOn(IEnumerable<int> items, Gate gate) => Items.Drop(StuckOnFirst(items, gate));

    private static IEnumerable<int> AlwaysFail(IEnumerable<int> items) => items.Select(x => x >= 0 ? throw new TestException() : x);
}
