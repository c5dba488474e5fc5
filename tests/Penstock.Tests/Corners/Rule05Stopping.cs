using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Stopping: the input of a stopped worker throws, it never just ends.</summary>
public class Rule05Stopping
{
    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_stopped_input_throws_on_every_MoveNext(Execution execution) => Within.Time(async () =>
    {
        var thrown = new List<Exception?>();
        var failed = await Assert.ThrowsAsync<TestException>(() =>
            Pipeline.From(() => Items.ThenFail(3, new TestException())).To(AskAgain).RunAsync(Patience.NoHurry with { Execution = execution }));

        Assert.Equal("on purpose", failed.Message);
        Assert.Equal(3, thrown.Count);
        Assert.All(thrown, e => Assert.IsType<PipelineStoppedException>(e));

        void AskAgain(IEnumerable<int> items)
        {
            using var item = items.GetEnumerator();
            for (var i = 0; i < 3; i++)
                Assert.True(item.MoveNext());
            for (var i = 0; i < 3; i++)
                thrown.Add(Record.Exception(() => item.MoveNext()));
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_sequence_that_a_sink_returns_without_having_taken_it_says_what_to_do(Execution execution) => Within.Time(async () =>
    {
        var later = await Pipeline.From([1, 2, 3]).To(xs => xs.Where(x => x > 1)).RunAsync(new() { Execution = execution });
        Assert.Contains("ToList()", Assert.Throws<PipelineStoppedException>(later.ToList).Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public Task An_aborted_input_throws_on_every_MoveNext(int maxInFlight) => Within.Time(async () =>
    {
        var thrown = new List<Exception?>();
        PipelineRun? started = null;
        var run = Pipeline.From(Items.Endless, new() { MaxInFlight = maxInFlight }).To(AbortThenAsk).RunAsync(new() { OnStarted = r => started = r });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(3, thrown.Count);
        Assert.All(thrown, e => Assert.IsType<PipelineStoppedException>(e));

        void AbortThenAsk(IEnumerable<int> items)
        {
            using var item = items.GetEnumerator();
            item.MoveNext();
            started!.Abort();
            for (var i = 0; i < 3; i++)
                thrown.Add(Record.Exception(() => item.MoveNext()));
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task Swallowing_the_stop_after_a_failure_cannot_make_the_run_succeed(Execution execution) => Within.Time(() =>
    {
        var pipeline = Pipeline.From(() => Items.ThenFail(3, new TestException())).Then(Same).To(CountWhatever);
        return Assert.ThrowsAsync<TestException>(() => pipeline.RunAsync(new() { Execution = execution }));
    });

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public Task Swallowing_the_stop_after_an_abort_cannot_make_the_run_succeed(int maxInFlight) => Within.Time(async () =>
    {
        PipelineRun? started = null;
        var run = Pipeline.From(AbortAtTen, new() { MaxInFlight = maxInFlight }).To(CountWhatever).RunAsync(new() { OnStarted = r => started = r });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        IEnumerable<int> AbortAtTen()
        {
            foreach (var item in Items.Endless())
            {
                if (item == 10)
                    started!.Abort();
                yield return item;
            }
        }
    });

    [Fact]
    public Task A_stop_is_seen_between_the_stages_of_a_fused_group() => Within.Time(async () =>
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Pipeline.From([1], new() { MaxInFlight = 1 }).Then(Multiply, new() { MaxInFlight = 1 }).To(Consume).Start();
        await arrived.Task;
        run.Abort();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.True(left.Task.IsCompleted); // it was not left behind in user code

        IEnumerable<int> Multiply(IEnumerable<int> items)
        {
            try
            {
                foreach (var item in items)
                {
                    while (true)
                        yield return item;
                }
            }
            finally
            {
                left.SetResult();
            }
        }

        void Consume(IEnumerable<int> items)
        {
            foreach (var _ in items)
                arrived.TrySetResult();
        }
    });

    [Fact]
    public Task Swallowing_the_stop_in_a_middle_stage_cannot_make_the_run_succeed() => Within.Time(() =>
        Assert.ThrowsAsync<TestException>(() =>
            Pipeline.From(() => Items.ThenFail(3, new TestException())).Then(EndQuietly).To(xs => xs.Count()).RunAsync()));

    [Fact]
    public Task The_stop_tells_the_stage_and_asks_to_pass() => Within.Time(async () =>
    {
        string? message = null;
        await Assert.ThrowsAsync<TestException>(() => Pipeline.From(() => Items.ThenFail(0, new TestException())).To(
            xs => message = Record.Exception(() => Items.Drop(xs))?.Message, new() { Name = "listener" }).RunAsync());
        Assert.Contains("'listener'", message, StringComparison.Ordinal);
        Assert.Contains("pass", message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(Execution.Parallel, 4)]
    [InlineData(Execution.Parallel, 1)]
    [InlineData(Execution.Sequential, 4)]
    public Task An_exception_in_a_finally_block_fails_an_otherwise_good_run(Execution execution, int maxInFlight) => Within.Time(async () =>
    {
        var options = new StageOptions { MaxInFlight = maxInFlight };
        RunnablePipeline[] pipelines =
        [
            Pipeline.From(FailAtTheEnd([1, 2, 3]), options).To(Items.Drop),
            Pipeline.From(FailAtTheEnd(Items.Endless()), options).To(xs => Items.Drop(xs.Take(3))),
            Pipeline.From([1, 2, 3], options).Then(FailAtTheEnd).To(Items.Drop),
            Pipeline.From(Items.Endless, options).Then(FailAtTheEnd, options).To(xs => Items.Drop(xs.Take(3))),
            Pipeline.From([1, 2, 3], options).To(xs => Items.Drop(FailAtTheEnd(xs))),
        ];
        foreach (var pipeline in pipelines)
        {
            var failed = await Record.ExceptionAsync(() => pipeline.RunAsync(new() { Execution = execution }));
            Assert.True(failed is TestException { Message: "in finally" }, $"{pipeline}: {failed}");
        }
    });

    private static IEnumerable<int> FailAtTheEnd(IEnumerable<int> items)
    {
        try
        {
            foreach (var item in items)
                yield return item;
        }
        finally
        {
            Fail();
        }

        static void Fail() => throw new TestException("in finally");
    }

    private static int CountWhatever(IEnumerable<int> items)
    {
        var count = 0;
        try
        {
            foreach (var _ in items)
                count++;
        }
        catch (PipelineStoppedException)
        {
            // What this test is about.
        }

        return count;
    }

    private static IEnumerable<int> EndQuietly(IEnumerable<int> items)
    {
        using var item = items.GetEnumerator();
        while (true)
        {
            try
            {
                if (!item.MoveNext())
                    yield break;
            }
            catch (PipelineStoppedException)
            {
                yield break;
            }

            yield return item.Current;
        }
    }

    private static IEnumerable<int> Same(IEnumerable<int> items) => items.Select(x => x);
}
