using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>The exception that user code threw is the exception the caller catches; everything else stops promptly.</summary>
public class Promise3FirstFailure
{
    public static TheoryData<string, Execution, Isolation> Places
    {
        get
        {
            var places = new TheoryData<string, Execution, Isolation>();
            foreach (var place in Pipelines(new TestException()).Keys)
            {
                places.Add(place, Execution.Parallel, Isolation.Thread);
                places.Add(place, Execution.Parallel, Isolation.None);
                places.Add(place, Execution.Sequential, Isolation.Thread);
            }

            return places;
        }
    }

    [Theory]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.None)]
    [InlineData(Isolation.Process)]
    public Task A_last_block_that_fails_beside_the_stop_fails_the_run(Isolation isolation) => Within.Time(async () =>
    {
        var failed = await Assert.ThrowsAsync<AggregateException>(() => Pipeline.From(Steps.CountBesideFailure, new StageOptions { Isolation = isolation }).To(xs => xs.Take(3).ToList()).RunAsync());
        Assert.Contains(failed.InnerExceptions, e => e is IOException { Message: "the upload failed" });
    });

    [Theory]
    [MemberData(nameof(Places))]
    public Task An_exception_arrives_as_itself_wherever_it_was_thrown(string place, Execution execution, Isolation isolation) => Within.Time(async () =>
    {
        var mine = new TestException();
        var caught = await Record.ExceptionAsync(() => Pipelines(mine)[place].RunAsync(new() { Execution = execution, Isolation = isolation }));
        Assert.Same(mine, caught);
        Assert.Contains(nameof(Throw), mine.StackTrace, StringComparison.Ordinal);
        Assert.InRange(Assert.IsType<int>(mine.Data["Penstock.Worker"]), 0, place.StartsWith("several", StringComparison.Ordinal) ? 2 : 0);
        Assert.NotNull(mine.Data["Penstock.Stage"]);
    });

    [Theory]
    [InlineData(Isolation.Thread)]
    [InlineData(Isolation.None)]
    public Task The_data_name_the_stage_the_worker_and_the_item(Isolation isolation) => Within.Time(async () =>
    {
        var mine = new TestException();
        var who = -1;
        var pipeline = Pipeline.From(Items.Endless).Then(Fail, new() { Name = "model", Workers = 3, Isolation = isolation }).To(Items.Drop);
        await Assert.ThrowsAsync<TestException>(() => pipeline.RunAsync());
        Assert.Equal("model", mine.Data["Penstock.Stage"]);
        Assert.Equal(who, mine.Data["Penstock.Worker"]);
        Assert.Equal(700L, mine.Data["Penstock.Item"]);

        IEnumerable<int> Fail(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                if (item == 700)
                {
                    who = PipelineContext.Current!.Worker;
                    throw mine;
                }

                yield return item;
            }
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_caller_gets_the_items_that_precede_the_failure_then_the_failure(Execution execution) => Within.Time(() =>
    {
        var mine = new TestException();
        var got = new List<int>();
        var caught = Record.Exception(() =>
        {
            foreach (var item in Pipeline.From(() => Items.ThenFail(20, mine)).Then(xs => xs.Select(x => x), new() { Workers = 4 }).AsEnumerable(Patience.NoHurry with { Execution = execution }))
                got.Add(item);
        });
        Assert.Same(mine, caught);
        Assert.Equal(Enumerable.Range(0, 20), got);
    });

    [Fact]
    public Task Of_two_failures_the_one_that_plain_composition_meets_first_wins() => Within.Time(async () =>
    {
        for (var round = 0; round < 50; round++)
        {
            var (early, late) = (new TestException("early"), new TestException("late"));
            var pipeline = Pipeline.From(() => Items.ThenFail(20, late), new() { MaxInFlight = 64 }).Then(xs => FailAt(5, xs, early), new() { Workers = 4 }).To(Items.Drop);
            Assert.Same(early, await Record.ExceptionAsync(() => pipeline.RunAsync(Patience.NoHurry)));
        }
    });

    [Fact]
    public Task A_failure_that_plain_composition_never_meets_is_none() => Within.Time(async () =>
    {
        for (var round = 0; round < 50; round++)
        {
            var pipeline = Pipeline.From(() => Items.ThenFail(20, new TestException()), new() { MaxInFlight = 64 }).To(xs => xs.Take(10).ToList());
            Assert.Equal(Enumerable.Range(0, 10), await pipeline.RunAsync(Patience.NoHurry));
        }
    });

    [Fact]
    public Task A_cancellation_that_user_code_throws_by_itself_arrives_as_itself() => Within.Time(async () =>
    {
        using var foreign = new CancellationTokenSource();
        await foreign.CancelAsync();
        var mine = new OperationCanceledException("mine", foreign.Token);
        var caught = await Record.ExceptionAsync(() => Pipeline.From(() => Items.ThenFail(3, mine)).To(Items.Drop).RunAsync());
        Assert.Same(mine, caught);
    });

    [Fact]
    public Task An_exception_whose_data_cannot_be_written_still_arrives() => Within.Time(async () =>
    {
        var mine = new Stubborn();
        Assert.Same(mine, await Record.ExceptionAsync(() => Pipeline.From(() => Items.ThenFail(3, mine)).To(Items.Drop).RunAsync()));
    });

    [Fact]
    public Task Busy_neighbours_do_not_delay_a_failure_for_long() => Within.Time(async () =>
    {
        // The sink has many items before it that take long, together longer than a test may; the failure does not wait behind them all.
        var pipeline = Pipeline.From(() => Items.ThenFail(1000, new TestException()), new() { MaxInFlight = 2000 }).To(SlowSink);
        await Assert.ThrowsAsync<TestException>(() => pipeline.RunAsync());

        static async Task SlowSink(IAsyncEnumerable<int> items, CancellationToken ct)
        {
            await foreach (var _ in items)
                await Task.Delay(TimeSpan.FromSeconds(1), ct);
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Nor_does_a_neighbour_in_front_of_the_caller(bool ordered) => Within.Time(async () =>
    {
        var mine = new TestException();
        var results = Pipeline.From(Enumerable.Range(0, 10)).Select(Run, new() { Workers = 2, Ordered = ordered });
        Assert.Same(mine, await Assert.ThrowsAsync<TestException>(async () => await results.AsAsyncEnumerable().ToListAsync()));
        Assert.Same(mine, Assert.Throws<TestException>(() => results.AsEnumerable().ToList()));

        async Task<int> Run(int item, CancellationToken ct)
        {
            if (item == 0)
                await Task.Delay(Timeout.Infinite, ct);
            return item == 1 ? throw mine : item;
        }
    });

    [Fact]
    public Task A_slow_caller_gets_what_comes_before_the_failure() => Within.Time(() =>
    {
        var got = new List<int>();
        Assert.Throws<TestException>(() =>
        {
            foreach (var item in Pipeline.From(Enumerable.Range(0, 10)).Select(x => x == 6 ? throw new TestException() : x, new() { Workers = 3 }).AsEnumerable())
            {
                got.Add(item);
                Thread.Sleep(300); // work
            }
        });
        Assert.Equal(Enumerable.Range(0, 6), got);
    });

    private static Dictionary<string, RunnablePipeline> Pipelines(Exception mine)
    {
        var source = Pipeline.From(Items.Endless);
        var fused = Pipeline.From(Items.Endless, new() { MaxInFlight = 1 });
        return new(StringComparer.Ordinal)
        {
            ["source function"] = Pipeline.From(() => Throw(0, mine) > 0 ? Items.Endless() : []).To(Items.Drop),
            ["source"] = Pipeline.From(() => Items.Endless().Select(x => ThrowAtTen(x, mine))).To(Items.Drop),
            ["asynchronous source"] = Pipeline.From(() => Items.Asynchronous(100).Select(x => ThrowAtTen(x, mine))).To(Items.Drop),
            ["stage function"] = source.Then(xs => xs.Take(Throw(0, mine))).To(Items.Drop),
            ["stage"] = source.Then(xs => FailAt(10, xs, mine)).To(Items.Drop),
            ["several workers"] = source.Then(xs => FailAt(10, xs, mine), new() { Workers = 3 }).To(Items.Drop),
            ["several workers before a task"] = source.Then(xs => FailAt(10, xs, mine), new() { Workers = 3 }).To(xs => xs.CountAsync().AsTask() as Task),
            ["fused stage"] = fused.Then(xs => FailAt(10, xs, mine)).To(Items.Drop),
            ["asynchronous stage"] = source.Select(async x => await Task.FromResult(ThrowAtTen(x, mine))).To(Items.Drop),
            ["operator"] = source.Select(x => ThrowAtTen(x, mine)).To(Items.Drop),
            ["batched"] = source.Batch(3).Select(b => ThrowAtTen(b.Max(), mine)).To(Items.Drop),
            ["sink"] = source.To(xs => Items.Drop(FailAt(10, xs, mine))),
            ["fused sink"] = fused.To(xs => Items.Drop(FailAt(10, xs, mine))),
            ["asynchronous sink"] = source.To(async xs =>
            {
                await foreach (var x in xs)
                    ThrowAtTen(x, mine);
            }),
        };
    }

    private static IEnumerable<int> FailAt(int number, IEnumerable<int> items, Exception mine)
    {
        foreach (var item in items)
            yield return item == number ? Throw(item, mine) : item;
    }

    private static int ThrowAtTen(int item, Exception mine) => item >= 10 ? Throw(item, mine) : item;

    private static int Throw(int item, Exception mine) => item >= 0 ? throw mine : item;

    private sealed class Stubborn : Exception
    {
        public override System.Collections.IDictionary Data => throw new NotSupportedException("no notes");
    }
}
