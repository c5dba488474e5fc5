using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Results to the caller, lazily: each enumeration is a run.</summary>
public class Streams
{
    [Fact]
    public Task Nothing_starts_before_the_first_result_is_asked_for() => Within.Time(() =>
    {
        var started = false;
        var results = Pipeline.From(Items.Endless).AsEnumerable(new() { OnStarted = _ => started = true });
        using var result = results.GetEnumerator();
        Assert.False(started);
        Assert.True(result.MoveNext());
        Assert.True(started);
    });

    [Fact]
    public Task A_stream_disposed_before_it_started_never_starts() => Within.Time(async () =>
    {
        var started = 0;
        var pipeline = Pipeline.From([1, 2, 3]);
        var options = new RunOptions { OnStarted = _ => started++ };
        var result = pipeline.AsEnumerable(options).GetEnumerator();
        result.Dispose();
        Assert.False(result.MoveNext());
        var later = pipeline.AsAsyncEnumerable(options).GetAsyncEnumerator();
        await later.DisposeAsync();
        Assert.False(await later.MoveNextAsync());
        Assert.Equal(0, started);
    });

    [Fact]
    public Task Each_enumeration_is_a_run_of_its_own_also_at_once() => Within.Time(() =>
    {
        var runs = 0;
        var results = Pipeline.From(Enumerable.Range(0, 100)).Then(xs => xs.Select(x => x), new() { Workers = 2 }).AsEnumerable(new() { OnStarted = _ => runs++ });
        Assert.Equal(Enumerable.Range(0, 100).Zip(Enumerable.Range(0, 100)), results.Zip(results));
        Assert.Equal(2, runs);
    });

    [Fact]
    public Task After_the_end_or_the_failure_a_stream_stays_ended() => Within.Time(() =>
    {
        using (var result = Pipeline.From([1]).AsEnumerable().GetEnumerator())
        {
            Assert.True(result.MoveNext());
            Assert.False(result.MoveNext());
            Assert.False(result.MoveNext());
        }

        var failing = Pipeline.From(() => Items.ThenFail(1, new TestException())).AsEnumerable().GetEnumerator();
        Assert.True(failing.MoveNext());
        Assert.Throws<TestException>(() => failing.MoveNext());
        Assert.False(failing.MoveNext());
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task Leaving_the_loop_ends_the_run_and_waits_for_it(Execution execution) => Within.Time(async () =>
    {
        PipelineRun? run = null;
        var options = new RunOptions { Execution = execution, OnStarted = r => run = r };
        foreach (var item in Pipeline.From(Items.Endless).Select(x => x, new() { Workers = 2 }).AsEnumerable(options))
        {
            if (item == 10)
                break;
        }

        Assert.True(run!.Completion.IsCompletedSuccessfully);
        await foreach (var item in Pipeline.From(Items.Endless).AsAsyncEnumerable(options))
        {
            if (item == 10)
                break;
        }

        Assert.True(run.Completion.IsCompletedSuccessfully);
    });

    [Fact]
    public Task A_stage_that_asks_again_before_its_input_has_answered_is_told_so() => Within.Time(async () =>
    {
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => Pipeline.From(Silent).Then(AskTwice).To(Items.Drop).RunAsync());
        Assert.Contains("in stage 'AskTwice'. Await each MoveNextAsync", failed.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task So_is_a_caller_and_his_first_question_stays_good() => Within.Time(async () =>
    {
        var answer = new TaskCompletionSource<int>();
        await using var result = Pipeline.From(Answered).AsAsyncEnumerable().GetAsyncEnumerator();
        var first = result.MoveNextAsync();
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => result.MoveNextAsync().AsTask());
        Assert.Contains("in the loop over the results", failed.Message, StringComparison.Ordinal);
        answer.SetResult(7);
        Assert.True(await first);
        Assert.Equal(7, result.Current);

        async IAsyncEnumerable<int> Answered()
        {
            yield return await answer.Task;
        }
    });

    [Fact]
    public Task A_caller_who_breaks_out_by_exception_ends_the_run_and_keeps_the_exception() => Within.Time(() =>
    {
        var mine = new TestException();
        PipelineRun? run = null;
        Assert.Same(mine, Record.Exception(() =>
        {
            foreach (var _ in Pipeline.From(Items.Endless).AsEnumerable(new() { OnStarted = r => run = r }))
                throw mine;
        }));
        Assert.True(run!.Completion.IsCompleted);
    });

    [Fact]
    public Task A_sequential_stream_runs_on_the_callers_thread() => Within.Time(() =>
    {
        var here = Environment.CurrentManagedThreadId;
        var threads = new HashSet<int>();
        Items.Drop(Pipeline.From(() => Items.ThenFail(10, new TestException()).Take(5).Select(Note)).Then(xs => xs.Select(Note), new() { Workers = 4 }).AsEnumerable(new() { Execution = Execution.Sequential }));
        Assert.Equal([here], threads);
        Assert.Null(PipelineContext.Current);

        int Note(int item)
        {
            threads.Add(Environment.CurrentManagedThreadId);
            return item;
        }
    });

    [Fact]
    public Task Streams_compose_with_pipelines() => Within.Time(() =>
    {
        var inner = Pipeline.From(Enumerable.Range(0, 100)).Select(x => 2 * x, new() { Workers = 2 });
        Assert.Equal(Enumerable.Range(0, 100).Select(x => (2 * x) + 1), Pipeline.From(inner.AsEnumerable()).Select(x => x + 1).AsEnumerable());
        Assert.Equal(Enumerable.Range(0, 100).Select(x => (2 * x) + 1), Pipeline.From(inner.AsAsyncEnumerable()).Select(x => x + 1).AsEnumerable());
    });

    private static async IAsyncEnumerable<int> Silent([EnumeratorCancellation] CancellationToken token = default)
    {
        await Task.Delay(Timeout.Infinite, token);
        yield return 0;
    }

    private static async IAsyncEnumerable<int> AskTwice(IAsyncEnumerable<int> items)
    {
        await using var item = items.GetAsyncEnumerator();
        var first = item.MoveNextAsync();
        var second = item.MoveNextAsync();
        yield return await first && await second ? item.Current : 0;
    }
}
