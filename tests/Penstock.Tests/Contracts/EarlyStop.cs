using Penstock.Tests.Support;

namespace Penstock.Tests.Contracts;

public sealed class EarlyStop
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_sink_that_stops_early_ends_an_endless_source(Way way) => Limit.Within(() =>
    {
        using var lives = Tally.Begin();
        var result = Unending(way, lives).To(items => items.Take(10).ToList()).Run(way.Options);
        Assert.Equal(10, result.Count);
        if (way.KeepsOrder)
            Assert.Equal(Numbers.UpTo(10), result);
        lives.MustAllHaveEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_sink_that_takes_nothing_ends_an_endless_source(Way way) => Limit.Within(() =>
    {
        using var lives = Tally.Begin();
        Assert.Equal(7, Unending(way, lives).To(_ => 7).Run(way.Options));
        lives.MustAllHaveEnded(atLeast: 0); // the run may be over before any of them begins
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_stage_that_stops_early_ends_an_endless_source_and_what_precedes_arrives(Way way) => Limit.Within(() =>
    {
        using var lives = Tally.Begin();
        var taken = way.Then(Unending(way, lives), new StopBehind100(IsExact: way.KeepsOrder) { Lives = lives });
        var result = way.Then(taken, new Pass<int>()).AsEnumerable(way.Options).ToList();
        if (way.KeepsOrder)
            Assert.Equal(Numbers.UpTo(101), result);
        else
            Assert.Distinct(result); // which items precede its end depends on the workers
        lives.MustAllHaveEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_caller_who_leaves_the_loop_ends_an_endless_source(Way way) => Limit.Within(async () =>
    {
        using var lives = Tally.Begin();
        Assert.Equal(5, Unending(way, lives).AsEnumerable(way.Options).Take(5).Count());
        lives.MustAllHaveEnded();
        await foreach (var item in Unending(way, lives).AsAsyncEnumerable(way.Options))
        {
            if (item > 20)
                break;
        }

        lives.MustAllHaveEnded();
    });

    private static Pipeline<int> Unending(Way way, Tally lives) =>
        way.Then(way.From(new Endless { Lives = lives }), new Dawdle { Lives = lives });

    private sealed record StopBehind100(bool IsExact) : Step<StopBehind100, int, int>
    {
        public override IEnumerable<int> Each(int item) => [Numbers.Jitter(item)];

        public override bool EndsBehind(int item) => IsExact ? item == 100 : item >= 100;
    }
}
