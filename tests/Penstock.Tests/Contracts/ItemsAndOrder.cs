namespace Penstock.Tests.Contracts;

public sealed class ItemsAndOrder
{
    private static readonly Func<int, IEnumerable<int>> Copies = i => Enumerable.Repeat(i, i % 4);

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Three_stages_give_what_plain_composition_gives(Way way) => Limit.Within(() =>
    {
        var result = ThreeStages(way, 2000).To(Enumerable.ToList).Run(way.Options);
        Assert.Equal(way.Comparable(Plain(2000)), way.Comparable(result));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_stream_gives_what_plain_composition_gives(Way way) => Limit.Within(() =>
        Assert.Equal(way.Comparable(Plain(500)), way.Comparable(ThreeStages(way, 500).AsEnumerable(way.Options))));

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task An_asynchronous_stream_gives_what_plain_composition_gives(Way way) => Limit.Within(async () =>
        Assert.Equal(way.Comparable(Plain(500)), way.Comparable(await ThreeStages(way, 500).AsAsyncEnumerable(way.Options).ToListAsync())));

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_pipeline_runs_many_times(Way way) => Limit.Within(() =>
    {
        var pipeline = ThreeStages(way, 100).To(items => items.Count());
        for (var i = 0; i < 5; i++)
            Assert.Equal(Plain(100).Count(), pipeline.Run(way.Options));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Nothing_in_gives_nothing_out(Way way) => Limit.Within(() => Assert.Empty(ThreeStages(way, 0).AsEnumerable(way.Options)));

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_null_item_is_an_item(Way way) => Limit.Within(() =>
    {
        var pipeline = way.Then(way.From(() => new[] { "a", null, "b" }), item => item);
        Assert.Equal(3, pipeline.AsEnumerable(way.Options).Count());
    });

    private static Pipeline<int> ThreeStages(Way way, int count)
    {
        var doubled = way.Then(way.From(() => Numbers.UpTo(count)), i => Numbers.Jitter(i) * 2);
        var some = way.Then(doubled, new Step<int, int>(i => i % 3 == 0 ? [] : [i]));
        return way.Then(some, new Step<int, int>(Copies));
    }

    private static IEnumerable<int> Plain(int count) => Numbers.UpTo(count).Select(i => i * 2).Where(i => i % 3 != 0).SelectMany(Copies);
}
