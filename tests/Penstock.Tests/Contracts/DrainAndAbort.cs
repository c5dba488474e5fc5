using Penstock.Tests.Support;

namespace Penstock.Tests.Contracts;

/// <summary>A run is drained or aborted by its own sink here: so it works also where the run is over when Start returns.</summary>
public sealed class DrainAndAbort
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_drain_delivers_all_that_was_produced(Way way) => Limit.Within(() =>
    {
        using var lives = Tally.Begin();
        PipelineRun? run = null;
        var pipeline = way.Then(way.Then(way.From(new Counted { Lives = lives }), new Dawdle { Lives = lives }), new Pass<int>());
        var result = pipeline.To(items => At50(items, () => _ = run!.DrainAsync())).Run(way.Options with { OnStarted = r => run = r });
        Assert.Equal(Numbers.UpTo((int)lives[Mark.Made]), way.Comparable(result));
        Assert.InRange(result.Count, 50, 100);
        lives.MustAllHaveEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task An_abort_cancels_the_run_and_runs_every_finally(Way way) => Limit.Within(async () =>
    {
        using var lives = Tally.Begin();
        PipelineRun? run = null;
        var pipeline = way.Then(way.From(new Endless { Lives = lives }), new Dawdle { Lives = lives });
        var options = way.Options with { OnStarted = r => run = r };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.To(items => At50(items, () => run!.Abort())).RunAsync(options));
        lives.MustAllHaveEnded();
        Assert.DoesNotContain(run!, PipelineRun.Active);
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_cancelled_token_is_the_one_in_the_exception(Way way) => Limit.Within(async () =>
    {
        using var cancellation = new CancellationTokenSource();
        var pipeline = way.Then(way.From(new Endless()), new Pass<int>());
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pipeline.To(items => At50(items, cancellation.Cancel)).RunAsync(way.Options, cancellation.Token));
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
    });

    private static List<int> At50(IEnumerable<int> items, Action act)
    {
        var received = new List<int>();
        foreach (var item in items)
        {
            received.Add(item);
            if (received.Count == 50)
                act();
        }

        return received;
    }

    private sealed record Counted : Source<Counted, int>
    {
        public override IEnumerable<int> Items()
        {
            foreach (var item in Numbers.Endless())
            {
                Lives!.Add(Mark.Made);
                yield return item;
            }
        }
    }
}
