using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Abort, cancellation, disposal: how a run ends from outside.</summary>
public class Endings
{
    public static TheoryData<Execution, int> Ways => new() { { Execution.Parallel, 4 }, { Execution.Parallel, 1 }, { Execution.Sequential, 4 } };

    [Theory]
    [MemberData(nameof(Ways))]
    public Task A_token_that_is_cancelled_before_the_run_lets_nothing_start(Execution execution, int maxInFlight) => Within.Time(async () =>
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var asked = 0;
        var pipeline = Pipeline.From(Items.Endless().Select(x => asked++), new() { MaxInFlight = maxInFlight });
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.To(Items.Drop).RunAsync(new() { Execution = execution }, cancelled.Token));
        Assert.Equal(cancelled.Token, thrown.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.AsAsyncEnumerable(new() { Execution = execution }).ToListAsync(cancelled.Token).AsTask());
        Assert.Equal(0, asked);
    });

    [Theory]
    [MemberData(nameof(Ways))]
    public Task A_token_that_is_cancelled_during_the_run_ends_it_as_cancelled(Execution execution, int maxInFlight) => Within.Time(async () =>
    {
        using var source = new CancellationTokenSource();
        var pipeline = Pipeline.From(Items.Endless, new() { MaxInFlight = maxInFlight }).To(CancelAtTen);
        var run = Task.Run(() => pipeline.RunAsync(new() { Execution = execution }, source.Token));
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(run.IsCanceled);
        Assert.Equal(source.Token, thrown.CancellationToken);

        void CancelAtTen(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                if (item == 10)
                    source.Cancel();
            }
        }
    });

    [Fact]
    public Task A_cancellation_after_the_end_changes_nothing() => Within.Time(async () =>
    {
        using var source = new CancellationTokenSource();
        var run = Pipeline.From([1, 2]).To(xs => xs.Sum()).Start(ct: source.Token);
        Assert.Equal(3, await run.Completion);
        await source.CancelAsync();
        run.Abort();
        Assert.Equal(3, await run.Completion);
    });

    [Fact]
    public Task An_asynchronous_stream_is_cancelled_by_the_token_of_its_enumeration() => Within.Time(async () =>
    {
        using var source = new CancellationTokenSource();
        var count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Pipeline.From(Items.Endless).AsAsyncEnumerable().WithCancellation(source.Token))
            {
                if (++count == 10)
                    await source.CancelAsync();
            }
        });
        Assert.Equal(10, count);
    });

    [Fact]
    public Task The_token_of_a_stage_is_signalled_when_it_should_leave() => Within.Time(async () =>
    {
        using var source = new CancellationTokenSource();
        var waiting = new TaskCompletionSource();
        var run = Pipeline.From(Items.Endless).Then(WaitForTheToken).To(Items.Drop).RunAsync(source.Token);
        await waiting.Task;
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        IEnumerable<int> WaitForTheToken(IEnumerable<int> items, CancellationToken ct)
        {
            foreach (var item in items)
            {
                Assert.Equal(ct, PipelineContext.Current!.Stopping);
                waiting.TrySetResult();
                ct.WaitHandle.WaitOne();
                yield return item;
            }
        }
    });

    [Fact]
    public Task Disposing_a_run_aborts_it_and_waits_and_does_not_throw() => Within.Time(async () =>
    {
        var ended = false;
        var begun = new TaskCompletionSource();
        PipelineRun run;
        await using (run = Pipeline.From(Produce).To(Items.Drop).Start())
        {
            Assert.Contains(run, PipelineRun.Active);
            await begun.Task; // what is aborted before never begins
        }

        Assert.True(ended);
        Assert.DoesNotContain(run, PipelineRun.Active);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        await run.DisposeAsync();

        await using var failed = Pipeline.From(() => Items.ThenFail(0, new TestException())).To(Items.Drop).Start();
        await Assert.ThrowsAsync<TestException>(() => failed.Completion);

        IEnumerable<int> Produce()
        {
            try
            {
                begun.TrySetResult();
                foreach (var item in Items.Endless())
                    yield return item;
            }
            finally
            {
                ended = true;
            }
        }
    });

    [Fact]
    public Task OnStarted_sees_the_run_before_anything_happens_and_may_abort_it() => Within.Time(async () =>
    {
        var asked = 0;
        PipelineRun? seen = null;
        var run = Pipeline.From(Items.Endless().Select(x => asked++)).To(Items.Drop).Start(new()
        {
            OnStarted = r =>
            {
                seen = r;
                Assert.Contains(r, PipelineRun.Active);
                Assert.Equal(0, asked);
                r.Abort();
            },
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.Same(run, seen);
        Assert.Equal(0, asked);
    });

    [Fact]
    public Task A_failure_after_the_abort_does_not_replace_it() => Within.Time(async () =>
    {
        PipelineRun? run = null;
        var pipeline = Pipeline.From(Items.Endless).To(xs =>
        {
            foreach (var _ in xs)
            {
                run!.Abort();
                throw new TestException();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.RunAsync(new() { OnStarted = r => run = r }));
    });
}
