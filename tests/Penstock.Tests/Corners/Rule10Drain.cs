using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Drain: pull no more, finish what is in flight.</summary>
public class Rule10Drain
{
    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public Task The_current_MoveNext_of_the_source_may_finish_and_its_item_counts(int maxInFlight) => Within.Time(async () =>
    {
        using var gate = new Gate();
        await using var run = Pipeline.From(SlowAtThree, new() { MaxInFlight = maxInFlight }).To(xs => xs.ToList()).Start();
        await gate.Arrived;
        var drained = run.DrainAsync();
        gate.Open();
        await drained;
        Assert.Equal([0, 1, 2, 3], await run.Completion);

        IEnumerable<int> SlowAtThree()
        {
            foreach (var item in Items.Endless())
            {
                if (item == 3)
                    gate.Pass();
                yield return item;
            }
        }
    });

    [Fact]
    public Task The_token_of_an_asynchronous_source_is_signalled() => Within.Time(async () =>
    {
        var waiting = new TaskCompletionSource();
        await using var run = Pipeline.From(WaitForEver).To(xs => xs.ToListAsync()).Start();
        await waiting.Task;
        await run.DrainAsync();
        Assert.Equal([0, 1, 2], await run.Completion);

        async IAsyncEnumerable<int> WaitForEver([EnumeratorCancellation] CancellationToken ct)
        {
            for (var i = 0; i < 3; i++)
                yield return i;
            waiting.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
        }
    });

    [Fact]
    public Task Batches_flush() => Within.Time(async () =>
    {
        var batched = new TaskCompletionSource();
        await using var run = Pipeline.From(ThreeThenWait).Batch(100).To(xs => xs.ToList()).Start();
        await batched.Task;
        await run.DrainAsync();
        Assert.Equal((int[])[0, 1, 2], Assert.Single(await run.Completion));

        async IAsyncEnumerable<int> ThreeThenWait([EnumeratorCancellation] CancellationToken ct)
        {
            for (var i = 0; i < 3; i++)
                yield return i;
            batched.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
        }
    });

    [Fact]
    public Task Everything_in_flight_reaches_the_sink_in_order() => Within.Time(async () =>
    {
        var produced = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var run = Pipeline.From(Produce, new() { MaxInFlight = 50 })
            .Then(xs => xs.Select(x => x), new() { Workers = 4, MaxInFlight = 50 })
            .To(xs => xs.ToList())
            .Start();
        await enough.Task;
        await run.DrainAsync();
        Assert.Equal(Enumerable.Range(0, produced), await run.Completion);

        IEnumerable<int> Produce()
        {
            while (true)
            {
                yield return produced++;
                if (produced == 1000)
                    enough.SetResult();
            }
        }
    });

    [Fact]
    public Task Several_sources_all_drain() => Within.Time(async () =>
    {
        var produced = 0;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var run = Pipeline.From(Produce, new() { Workers = 3 }).To(xs => xs.Count()).Start();
        await enough.Task;
        await run.DrainAsync();
        Assert.Equal(produced, await run.Completion);

        IEnumerable<int> Produce()
        {
            while (true)
            {
                if (Interlocked.Increment(ref produced) == 100)
                    enough.SetResult();
                yield return 1;
            }
        }
    });

    [Fact]
    public Task A_source_still_inside_after_StopTimeout_is_reported_stuck() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var clock = new TestClock();
        var limit = TimeSpan.FromSeconds(5);
        var run = Pipeline.From(StuckSource).To(Items.Drop).Start(new() { TimeProvider = clock, StopTimeout = limit });
        await gate.Arrived;
        var drained = run.DrainAsync();
        await clock.TimerOf(limit);
        clock.Advance(limit);
        await clock.TimerOf(limit, count: 2); // the failed run now waits for its worker, as long again
        clock.Advance(limit);
        var stuck = await Assert.ThrowsAsync<WorkerStuckException>(() => drained);
        Assert.Contains("'StuckSource', worker 0", stuck.Message, StringComparison.Ordinal);

        IEnumerable<int> StuckSource()
        {
            yield return 1;
            gate.Pass();
        }
    });

    [Theory]
    [InlineData(Execution.Parallel, 4)]
    [InlineData(Execution.Parallel, 1)]
    [InlineData(Execution.Sequential, 4)]
    public Task A_sink_may_take_longer_than_StopTimeout_to_finish_what_is_in_flight(Execution execution, int maxInFlight) => Within.Time(async () =>
    {
        using var gate = new Gate();
        var clock = new TestClock();
        var limit = TimeSpan.FromSeconds(5);
        PipelineRun? run = null;
        var options = new RunOptions { TimeProvider = clock, StopTimeout = limit, Execution = execution, OnStarted = r => run = r };
        var count = Task.Run(() => Pipeline.From(Items.Endless, new() { MaxInFlight = maxInFlight }).To(SlowSink).RunAsync(options));
        await gate.Arrived;
        var drained = run!.DrainAsync();
        if (execution == Execution.Parallel && maxInFlight > 1)
            await run.UntilWorkersAre(0, "gone"); // else nobody but the sink is in user code anyway
        clock.Advance(limit * 2);
        gate.Open();
        await drained;
        Assert.InRange(await count, 1, 10);

        int SlowSink(IEnumerable<int> items) => items.Count(_ =>
        {
            gate.Pass();
            return true;
        });
    });

    [Fact]
    public Task Cancelling_the_token_of_a_drain_turns_it_into_an_abort() => Within.Time(async () =>
    {
        using var gate = new Gate();
        using var enough = new CancellationTokenSource();
        var run = Pipeline.From(Items.Endless).To(StuckUntilStopped).Start();
        await gate.Arrived;
        var drained = run.DrainAsync(enough.Token);
        Assert.False(drained.IsCompleted);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drained);

        async Task StuckUntilStopped(IAsyncEnumerable<int> items, CancellationToken ct)
        {
            _ = gate.PassAsync();
            await Task.Delay(Timeout.Infinite, ct);
        }
    });

    [Fact]
    public Task Draining_twice_or_after_the_end_does_no_harm() => Within.Time(async () =>
    {
        await using var run = Pipeline.From(Items.Endless).To(xs => xs.Count()).Start();
        await Task.WhenAll(run.DrainAsync(), run.DrainAsync());
        await run.DrainAsync();
        run.Abort();
        Assert.True(await run.Completion >= 0);
    });
}
