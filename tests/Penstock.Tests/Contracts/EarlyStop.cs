namespace Penstock.Tests.Contracts;

public sealed class EarlyStop
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_sink_that_stops_early_ends_an_endless_source(Way way) => Limit.Within(() =>
    {
        var lives = new Lives();
        var result = Endless(way, lives).To(items => items.Take(10).ToList()).Run(way.Options);
        Assert.Equal(10, result.Count);
        if (way.KeepsOrder)
            Assert.Equal(Numbers.UpTo(10), result);
        lives.AssertAllEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_sink_that_takes_nothing_ends_an_endless_source(Way way) => Limit.Within(() =>
    {
        var lives = new Lives();
        Assert.Equal(7, Endless(way, lives).To(_ => 7).Run(way.Options));
        lives.AssertAllEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_stage_that_stops_early_ends_an_endless_source_and_what_precedes_arrives(Way way) => Limit.Within(() =>
    {
        var lives = new Lives();
        var taken = way.Then(Endless(way, lives), lives.Watch(new Step<int, int>(i => [Numbers.Jitter(i)]) { EndsAt = i => way.KeepsOrder ? i == 100 : i >= 100 }));
        var result = way.Then(taken, i => i).AsEnumerable(way.Options).ToList();
        if (way.KeepsOrder)
            Assert.Equal(Numbers.UpTo(101), result);
        else
            Assert.Distinct(result); // which items precede its end depends on the workers
        lives.AssertAllEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_caller_who_leaves_the_loop_ends_an_endless_source(Way way) => Limit.Within(async () =>
    {
        var lives = new Lives();
        Assert.Equal(5, Endless(way, lives).AsEnumerable(way.Options).Take(5).Count());
        lives.AssertAllEnded();
        await foreach (var item in Endless(way, lives).AsAsyncEnumerable(way.Options))
        {
            if (item > 20)
                break;
        }

        lives.AssertAllEnded();
    });

    private static Pipeline<int> Endless(Way way, Lives lives) =>
        way.Then(way.From(Numbers.Endless), lives.Watch(new Step<int, int>(i => [Numbers.Jitter(i)])));
}
