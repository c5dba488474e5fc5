using System.Collections.Concurrent;

namespace Penstock.Tests.Contracts;

/// <summary>A run is drained or aborted by its own source here: so it works also where the run is over when Start returns.</summary>
public sealed class DrainAndAbort
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_drain_delivers_all_that_was_produced(Way way) => Limit.Within(() =>
    {
        PipelineRun? run = null;
        var produced = new ConcurrentQueue<int>();
        var pipeline = way.Then(way.Then(way.From(() => Endless(produced, () => _ = run!.DrainAsync())), i => Numbers.Jitter(i)), i => i);
        var result = pipeline.To(Enumerable.ToList).Run(way.Options with { OnStarted = r => run = r });
        Assert.Equal(produced, way.Comparable(result));
        Assert.InRange(result.Count, 50, 60);
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task An_abort_cancels_the_run_and_runs_every_finally(Way way) => Limit.Within(async () =>
    {
        PipelineRun? run = null;
        var lives = new Lives();
        var pipeline = way.Then(way.From(() => Endless([], () => run!.Abort())), lives.Watch(new Step<int, int>(i => [Numbers.Jitter(i)])));
        var options = way.Options with { OnStarted = r => run = r };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.To(Enumerable.ToList).RunAsync(options));
        lives.AssertAllEnded();
        Assert.DoesNotContain(run!, PipelineRun.Active);
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_cancelled_token_is_the_one_in_the_exception(Way way) => Limit.Within(async () =>
    {
        using var cancellation = new CancellationTokenSource();
        var pipeline = way.Then(way.From(() => Endless([], cancellation.Cancel)), i => i);
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.To(Enumerable.ToList).RunAsync(way.Options, cancellation.Token));
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
    });

    private static IEnumerable<int> Endless(ConcurrentQueue<int> produced, Action at50)
    {
        foreach (var item in Numbers.Endless())
        {
            if (item == 50)
                at50();
            produced.Enqueue(item);
            yield return item;
        }
    }
}
