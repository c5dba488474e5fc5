using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using Penstock.Workers;

namespace Penstock.Tests.Corners;

/// <summary>Time: what the time-outs count, and what not. The clock is the test's.</summary>
public class Rule09Time
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Step = Limit / 4;
    private static readonly TimeSpan Look = Limit / 8;

    private readonly TestClock clock = new();

    [Fact]
    public Task ItemTimeout_is_the_longest_stay_in_user_code() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Enumerable.Range(0, 5)).Then(StuckAtThree, new() { ItemTimeout = Limit }).To(Items.Drop).RunAsync(Options);
        await gate.Arrived;
        clock.AdvanceBy(Step, 8);
        gate.Open();
        var stuck = await Assert.ThrowsAsync<WorkerStuckException>(() => run);
        Assert.Contains("'StuckAtThree', worker 0", stuck.Message, StringComparison.Ordinal);
        Assert.Contains("item 3", stuck.Message, StringComparison.Ordinal);

        IEnumerable<int> StuckAtThree(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                if (item == 3)
                    gate.Pass();
                yield return item;
            }
        }
    });

    [Fact]
    public Task ItemTimeout_does_not_count_waiting_for_items_or_for_slots() => Within.Time(async () =>
    {
        using var source = new Gate();
        using var sink = new Gate();
        var run = Pipeline.From(SlowStart).Then(xs => xs.Select(x => x), new() { ItemTimeout = Limit, MaxInFlight = 1 }).To(SlowSink).Start(Options);
        await source.Arrived;
        clock.AdvanceBy(Step, 20);
        source.Open();
        await sink.Arrived;
        await run.UntilWorkersAre(1, "waiting for a slot");
        clock.AdvanceBy(Step, 20);
        sink.Open();
        Assert.Equal(10, await run.Completion);

        IEnumerable<int> SlowStart()
        {
            source.Pass();
            for (var i = 0; i < 10; i++)
                yield return i;
        }

        int SlowSink(IEnumerable<int> items) => items.Count(_ =>
        {
            sink.Pass();
            return true;
        });
    });

    [Fact]
    public Task ItemTimeout_does_not_count_the_start_of_a_stage() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From([1, 2, 3]).Then(LoadSlowly, new() { ItemTimeout = Limit }).To(xs => xs.Count()).RunAsync(Options);
        await gate.Arrived;
        clock.AdvanceBy(Step, 20);
        gate.Open();
        Assert.Equal(3, await run);

        IEnumerable<int> LoadSlowly(IEnumerable<int> items)
        {
            gate.Pass();
            foreach (var item in items)
                yield return item;
        }
    });

    [Fact]
    public Task StartupTimeout_counts_until_a_worker_first_asks_for_an_item() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From([1, 2, 3]).Then(LoadForEver, new() { StartupTimeout = Limit, Name = "model" }).To(Items.Drop).RunAsync(Options);
        await gate.Arrived;
        clock.AdvanceBy(Step, 8);
        gate.Open();
        var stuck = await Assert.ThrowsAsync<WorkerStuckException>(() => run);
        Assert.Contains("'model'", stuck.Message, StringComparison.Ordinal);
        Assert.Contains("StartupTimeout", stuck.Message, StringComparison.Ordinal);

        IEnumerable<int> LoadForEver(IEnumerable<int> items)
        {
            gate.Pass();
            return items;
        }
    });

    [Fact]
    public Task StartupTimeout_counts_a_process_from_its_start() => Within.Time(async () =>
    {
        using var gate = new DistantGate();
        var options = Beside.Process with { StartupTimeout = Limit, Name = "model" };
        var run = Pipeline.From([1, 2, 3]).Then(LoadSlowly, gate.Name, options).To(Items.Drop).RunAsync(Options);
        clock.AdvanceBy(Look, 4); // while it is made
        await gate.Arrived;
        clock.AdvanceBy(Look, 4);
        gate.Open();
        var stuck = await Assert.ThrowsAsync<WorkerStuckException>(() => run);
        Assert.Contains("StartupTimeout", stuck.Message, StringComparison.Ordinal);

        static IEnumerable<int> LoadSlowly(IEnumerable<int> items, string gate)
        {
            DistantGate.Pass(gate);
            foreach (var item in items)
                yield return item;
        }
    });

    [Fact]
    public Task ItemTimeout_does_not_count_the_start_of_a_process_for_another_try() => Within.Time(async () =>
    {
        using var load = new DistantGate();
        using var item = new DistantGate();
        using var folder = new TemporaryFolder();
        var options = Beside.Process with { ItemTimeout = Limit, Faults = FaultPolicy.Retry(2) };
        var run = Pipeline.From([1, 2]).Then(DieOnce, (folder.File("died"), load.Name, item.Name), options).To(xs => xs.ToList()).RunAsync(Options);
        await load.Arrived;
        clock.AdvanceBy(Look, 20);
        load.Open();
        await item.Arrived;
        clock.AdvanceBy(Look, 4);
        item.Open();
        Assert.Equal([1, 2], await run);
    });

    [Fact]
    public Task ItemTimeout_does_not_count_the_start_of_a_source_in_a_process() => Within.Time(async () =>
    {
        using var gate = new DistantGate();
        var run = Pipeline.From(YieldSlowly, gate.Name, Beside.Process with { ItemTimeout = Limit }).To(xs => xs.ToList()).RunAsync(Options);
        clock.AdvanceBy(Look, 20); // while it is made
        await gate.Arrived;
        clock.AdvanceBy(Look, 4);
        gate.Open();
        Assert.Equal([1], await run);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // another process pauses then, before it starts
    public Task ItemTimeout_ends_a_process_that_is_stopped_while_it_pauses(bool dies) => Within.Time(async () =>
    {
        var letters = new List<DeadLetter>();
        var options = Beside.Process with { ItemTimeout = Limit, Faults = FaultPolicy.Retry(2, TimeSpan.FromHours(1)) };
        var run = Pipeline.From([1, 2]).Then(FailOnOne, dies, options).To(xs => xs.ToList()).Start(Options with { DeadLetter = letters.Add });
        run.LookUntilWorkersAre(1, "pausing");
        var worker = run.Run.Stages[1].Workers.OfType<ProcessWorker>().Single().ProcessId!.Value;
        Assert.Equal(0, Libc.Kill(worker, 19)); // SIGSTOP
        Libc.UntilStopped(worker);
        clock.AdvanceBy(Look, 10);
        Assert.Equal([2], await run.Completion);
        Assert.IsType<WorkerStuckException>(Assert.Single(letters).Exception);
    });

    [Fact]
    public Task ItemTimeout_is_noticed_at_the_latest_a_quarter_of_it_too_late() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From([1]).Select(Stop, new() { ItemTimeout = Limit }).To(Items.Drop).RunAsync(Options);
        await gate.Arrived;
        clock.AdvanceBy(Look, 9); // by a clock that is not as exact, one more
        gate.Open();
        await Assert.ThrowsAsync<WorkerStuckException>(() => run);

        int Stop(int item)
        {
            gate.Pass();
            return item;
        }
    });

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public Task IdleTimeout_names_what_each_worker_was_doing(int maxInFlight) => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Enumerable.Range(0, 9), new() { MaxInFlight = maxInFlight }).To(StuckSink).Start(Options with { IdleTimeout = Limit });
        await gate.Arrived;
        await run.UntilWorkersAre(0, "waiting for a slot");
        clock.AdvanceBy(Step, 5);
        gate.Open();
        var idle = await Assert.ThrowsAsync<TimeoutException>(() => run.Completion);
        Assert.Contains("StuckSink", idle.Message, StringComparison.Ordinal);
        Assert.Contains("in user code", idle.Message, StringComparison.Ordinal);
        Assert.Contains("IdleTimeout", idle.Message, StringComparison.Ordinal);

        void StuckSink(IEnumerable<int> items)
        {
            foreach (var _ in items)
                gate.Pass();
        }
    });

    [Fact]
    public Task IdleTimeout_does_not_count_waiting_for_a_slow_source() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(SlowSource).Then(xs => xs.Select(x => x)).To(xs => xs.Count()).Start(Options with { IdleTimeout = Limit });
        await gate.Arrived;
        await run.Until(s => s.Stages[2].ItemsIn == 1 && s.Stages.Skip(1).All(stage => stage.Workers[0].Activity is "waiting for an item"));
        clock.AdvanceBy(Step, 20);
        gate.Open();
        Assert.Equal(2, await run.Completion);

        IEnumerable<int> SlowSource()
        {
            yield return 1;
            gate.Pass();
            yield return 2;
        }
    });

    [Fact]
    public Task IdleTimeout_does_not_count_the_pause_before_a_retry() => Within.Time(async () =>
    {
        var pause = Limit * 5;
        var run = Pipeline.From([1]).Then(FailOnce, new() { Faults = FaultPolicy.Retry(2, pause) }).To(xs => xs.Count()).Start(Options with { IdleTimeout = Limit });
        await run.UntilWorkersAre(1, "pausing");
        clock.AdvanceBy(Step, 20); // the whole pause, and not more
        Assert.Equal(1, await run.Completion);

        static IEnumerable<int> FailOnce(IEnumerable<int> items) =>
            items.Select(x => PipelineContext.Current!.Attempt == 1 ? throw new TestException() : x);
    });

    [Fact]
    public Task IdleTimeout_does_not_count_the_callers_loop_body() => Within.Time(() =>
    {
        var count = 0;
        foreach (var _ in Pipeline.From(Enumerable.Range(0, 5)).Then(xs => xs.Select(x => x)).AsEnumerable(Options with { IdleTimeout = Limit }))
        {
            clock.AdvanceBy(Step, 20);
            count++;
        }

        Assert.Equal(5, count);
    });

    [Fact]
    public Task IdleTimeout_counts_a_start_while_an_item_waits() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Enumerable.Range(0, 99)).Then(LoadSlowly, gate, new() { Name = "model" }).To(Items.Drop).Start(Options with { IdleTimeout = Limit });
        await gate.Arrived;
        await run.UntilWorkersAre(0, "waiting for a slot");
        await run.UntilWorkersAre(2, "waiting for an item");
        clock.AdvanceBy(Step, 5);
        gate.Open();
        AssertNamesTheStart(await Assert.ThrowsAsync<TimeoutException>(() => run.Completion));
    });

    [Fact]
    public Task IdleTimeout_counts_a_start_when_no_item_will_come() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Enumerable.Empty<int>()).Then(LoadSlowly, gate, new() { Name = "model" }).To(Items.Drop).Start(Options with { IdleTimeout = Limit });
        await gate.Arrived;
        await run.UntilWorkersAre(0, "gone");
        await run.UntilWorkersAre(2, "waiting for an item");
        clock.AdvanceBy(Step, 5);
        gate.Open();
        AssertNamesTheStart(await Assert.ThrowsAsync<TimeoutException>(() => run.Completion));
    });

    [Fact]
    public Task IdleTimeout_does_not_count_a_start_that_has_a_StartupTimeout() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var options = new StageOptions { StartupTimeout = Limit * 9 };
        var run = Pipeline.From(Enumerable.Range(0, 99)).Then(xs => xs.Select(x => x), new StageOptions()).Then(LoadSlowly, gate, options).To(xs => xs.Count()).Start(Options with { IdleTimeout = Limit });
        await gate.Arrived;
        await run.UntilWorkersAre(1, "waiting for a slot with item");
        clock.AdvanceBy(Step, 20);
        gate.Open();
        Assert.Equal(99, await run.Completion);
    });

    [Fact]
    public Task IdleTimeout_does_not_count_a_start_before_there_is_an_item() => Within.Time(async () =>
    {
        using var source = new Gate();
        using var model = new Gate();
        var run = Pipeline.From(SlowSource).Then(LoadSlowly, model).To(xs => xs.Count()).Start(Options with { IdleTimeout = Limit });
        await Task.WhenAll(source.Arrived, model.Arrived);
        clock.AdvanceBy(Step, 20);
        source.Open();
        model.Open();
        Assert.Equal(1, await run.Completion);

        IEnumerable<int> SlowSource()
        {
            source.Pass();
            yield return 1;
        }
    });

    private static IEnumerable<int> LoadSlowly(IEnumerable<int> items, Gate gate)
    {
        gate.Pass();
        foreach (var item in items)
            yield return item;
    }

    private static void AssertNamesTheStart(TimeoutException idle)
    {
        Assert.Contains("stage 'model', worker 0, in user code, still starting", idle.Message, StringComparison.Ordinal);
        Assert.Contains("StartupTimeout", idle.Message, StringComparison.Ordinal);
    }

    private RunOptions Options => new() { TimeProvider = clock };

    private static IEnumerable<int> DieOnce(IEnumerable<int> items, (string Mark, string Load, string Item) names)
    {
        var hasDied = File.Exists(names.Mark);
        if (hasDied)
            DistantGate.Pass(names.Load);
        foreach (var item in items)
        {
            if (!hasDied)
            {
                File.WriteAllText(names.Mark, "");
                _ = Libc.Kill(Environment.ProcessId, 9);
            }

            if (item == 1)
                DistantGate.Pass(names.Item);
            yield return item;
        }
    }

    private static IEnumerable<int> FailOnOne(IEnumerable<int> items, bool dies)
    {
        foreach (var item in items)
        {
            if (item == 1 && dies)
                _ = Libc.Kill(Environment.ProcessId, 9);
            yield return item == 1 ? throw new FormatException("one") : item;
        }
    }

    private static IEnumerable<int> YieldSlowly(string gate)
    {
        DistantGate.Pass(gate);
        yield return 1;
    }
}
