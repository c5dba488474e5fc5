using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Chained operators run in the stage before them: no link, no thread, the same fault policy.</summary>
public class Rule08ChainedOperators
{
    [Fact]
    public Task Without_options_an_operator_has_no_row_and_no_thread() => Within.Time(async () =>
    {
        var threads = new HashSet<int>();
        var run = Pipeline.From(Produce).Select(Note).Where(x => Note(x) >= 0).SelectMany(x => new[] { Note(x) }).To(xs => xs.Count(), new() { Name = "Count" }).Start();

        Assert.Equal(10, await run.Completion);
        Assert.Single(threads);
        Assert.Equal(["Produce", "Count"], run.Snapshot().Stages.Select(s => s.Name));

        IEnumerable<int> Produce() => Enumerable.Range(0, 10).Select(Note);

        int Note(int item)
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return item;
        }
    });

    [Fact]
    public Task With_options_an_operator_is_a_stage_of_its_own() => Within.Time(async () =>
    {
        var run = Pipeline.From([1, 2, 3], new() { Name = "Source" }).Select(x => x + 1, new()).Where(x => x > 0, new() { Name = "Filter" }).To(Items.Drop, new() { Name = "Drop" }).Start();
        await run.Completion;
        Assert.Equal(["Source", "Select", "Filter", "Drop"], run.Snapshot().Stages.Select(s => s.Name));
    });

    [Fact]
    public Task The_policy_of_the_stage_covers_what_is_chained_to_it() => Within.Time(() =>
    {
        var letters = new List<DeadLetter>();
        var outputs = Pipeline.From(Enumerable.Range(0, 10))
            .Then(xs => xs.Select(x => x), new() { Name = "stage", Faults = FaultPolicy.Skip })
            .Select(x => 10 / (x - 4))
            .AsEnumerable(new() { DeadLetter = letters.Add });

        Assert.Equal(Enumerable.Range(0, 10).Except([4]).Select(x => 10 / (x - 4)), outputs);
        var letter = Assert.Single(letters);
        Assert.Equal((4, "stage"), (letter.Item, letter.Stage));
        Assert.IsType<DivideByZeroException>(letter.Exception);
    });

    [Fact]
    public Task An_operator_chained_to_several_workers_keeps_their_order() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 1000).Where(x => x % 3 != 0).Select(x => -x),
            Pipeline.From(Enumerable.Range(0, 1000)).Select(x => x, new() { Workers = 4 }).Where(x => x % 3 != 0).Select(x => -x).AsEnumerable()));

    [Fact]
    public Task A_limit_in_bytes_counts_what_the_chain_hands_on() => Within.Time(() =>
        Assert.Equal(
            ["1", "2", "3"],
            Pipeline.From([1, 2, 3], new() { MaxInFlightBytes = 4, SizeOf = text => ((string)text).Length }).Select(x => x.ToString(System.Globalization.CultureInfo.InvariantCulture)).AsEnumerable()));

    public static TheoryData<string> Fruitless => [.. FruitlessPipelines(_ => { }).Keys];

    [Theory]
    [MemberData(nameof(Fruitless))]
    public Task A_stop_is_seen_although_the_operators_let_nothing_pass(string what) => Within.Time(async () =>
    {
        var (arrived, left) = (new TaskCompletionSource(), false);
        var run = FruitlessPipelines(Note)[what].To(Items.Drop).Start();
        await arrived.Task;
        run.Abort();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.True(Volatile.Read(ref left)); // it was not left behind in user code

        void Note(bool isOver)
        {
            if (isOver)
                Volatile.Write(ref left, true);
            else
                arrived.TrySetResult();
        }
    });

    [Theory]
    [InlineData(Execution.Parallel, false)]
    [InlineData(Execution.Parallel, true)]
    [InlineData(Execution.Sequential, false)]
    [InlineData(Execution.Sequential, true)]
    public Task A_drain_is_seen_although_the_operators_let_nothing_pass(Execution execution, bool asynchronous) => Within.Time(async () =>
    {
        var (arrived, started) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource<PipelineRun>());
        var source = asynchronous ? Pipeline.From(() => AsAsynchronous(Endless(_ => arrived.TrySetResult()))) : Pipeline.From(() => Endless(_ => arrived.TrySetResult()));
        var count = Task.Run(() => source.Select(x => x).Where(x => x < 0).To(xs => xs.Count()).RunAsync(new() { Execution = execution, OnStarted = started.SetResult }));
        await arrived.Task;
        var run = await started.Task;
        await run.DrainAsync();
        Assert.Equal(0, await count);
    });

    [Theory]
    [InlineData(Execution.Parallel, false, 4)]
    [InlineData(Execution.Parallel, true, 4)]
    [InlineData(Execution.Parallel, false, 1)]
    [InlineData(Execution.Sequential, false, 4)]
    [InlineData(Execution.Sequential, true, 4)]
    public Task Operators_finish_the_item_they_have_when_their_source_is_drained(Execution execution, bool asynchronous, int maxInFlight) => Within.Time(async () =>
    {
        using var gate = new Gate();
        var started = new TaskCompletionSource<PipelineRun>();
        var link = new StageOptions { MaxInFlight = maxInFlight };
        var source = asynchronous ? Pipeline.From(() => AsAsynchronous(Endless(_ => { })), link) : Pipeline.From(() => Endless(_ => { }), link);
        var all = Task.Run(() => source.SelectMany(x => Enumerable.Repeat(x, 10)).Where(x => x >= 0).To(Collect).RunAsync(new() { Execution = execution, OnStarted = started.SetResult }));
        await gate.Arrived;
        var drained = (await started.Task).DrainAsync();
        gate.Open();
        await drained;
        Assert.Equal(Enumerable.Repeat(0, 10), await all);

        List<int> Collect(IEnumerable<int> items) => [.. items.Select(x =>
        {
            gate.Pass();
            return x;
        })];
    });

    [Fact]
    public Task ItemTimeout_does_not_take_a_source_for_stuck_whose_items_are_filtered_out() => Within.Time(async () =>
    {
        var clock = new TestClock();
        var pipeline = Pipeline.From(Slow, new() { ItemTimeout = TimeSpan.FromSeconds(8) }).Where(x => x < 0).To(xs => xs.Count());
        Assert.Equal(0, await pipeline.RunAsync(new() { TimeProvider = clock }));

        IEnumerable<int> Slow()
        {
            for (var i = 0; i < 20; i++)
            {
                clock.AdvanceBy(TimeSpan.FromSeconds(2), 2);
                yield return i;
            }
        }
    });

    private static Dictionary<string, Pipeline<int>> FruitlessPipelines(Action<bool> note) => new(StringComparer.Ordinal)
    {
        ["a source"] = Pipeline.From(() => Endless(note)).Where(x => x < 0),
        ["an asynchronous source"] = Pipeline.From(() => AsAsynchronous(Endless(note))).Where(x => x < 0),
        ["a stage"] = Pipeline.From([1]).Then(xs => xs.SelectMany(_ => Endless(note))).Where(x => x < 0),
        ["an asynchronous stage"] = Pipeline.From([1]).Then((IAsyncEnumerable<int> xs) => xs.SelectMany(_ => Endless(note))).Where(x => x < 0),
        ["a stage of a fused group"] = Pipeline.From([1], new() { MaxInFlight = 1 }).Then(xs => xs.SelectMany(_ => Endless(note)), new() { MaxInFlight = 1 }).Where(x => x < 0),
        ["an operator"] = Pipeline.From([1]).SelectMany(_ => Endless(note)).Select(x => x).Where(x => x < 0),
        ["an operator that makes nothing of anything"] = Pipeline.From(() => Endless(note)).Where(x => x >= 0).SelectMany(_ => Array.Empty<int>()),
    };

    private static IEnumerable<int> Endless(Action<bool> note)
    {
        try
        {
            for (var i = 0; ; i = (i + 1) % 1000)
            {
                if (i == 999)
                    note(false);
                yield return i;
            }
        }
        finally
        {
            note(true);
        }
    }

    // Completes at once, again and again, and does not look at any token.
    private static async IAsyncEnumerable<int> AsAsynchronous(IEnumerable<int> items)
    {
        await Task.CompletedTask;
        foreach (var item in items)
            yield return item;
    }
}
