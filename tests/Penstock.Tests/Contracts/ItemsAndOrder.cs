namespace Penstock.Tests.Contracts;

public sealed class ItemsAndOrder
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Three_stages_give_what_plain_composition_gives(Way way) => Limit.Within(() =>
    {
        var count = way.Items(2000);
        Assert.Equal(way.Comparable(Plain(count)), way.Comparable(ThreeStages(way, count).To(Enumerable.ToList).Run(way.Options)));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_stream_gives_what_plain_composition_gives(Way way) => Limit.Within(() =>
        Assert.Equal(way.Comparable(Plain(200)), way.Comparable(ThreeStages(way, 200).AsEnumerable(way.Options))));

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task An_asynchronous_stream_gives_what_plain_composition_gives(Way way) => Limit.Within(async () =>
        Assert.Equal(way.Comparable(Plain(200)), way.Comparable(await ThreeStages(way, 200).AsAsyncEnumerable(way.Options).ToListAsync())));

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_pipeline_runs_many_times(Way way) => Limit.Within(() =>
    {
        var pipeline = ThreeStages(way, 100).To(items => items.Count());
        for (var i = 0; i < way.Rounds(5); i++)
            Assert.Equal(Plain(100).Count(), pipeline.Run(way.Options));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Nothing_in_gives_nothing_out(Way way) => Limit.Within(() => Assert.Empty(ThreeStages(way, 0).AsEnumerable(way.Options)));

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_null_item_is_an_item(Way way) => Limit.Within(() =>
    {
        string?[] texts = ["a", null, "b"];
        Assert.Equal(texts.Order(), way.Then(way.From(new Texts(texts)), new Pass<string?>()).AsEnumerable(way.Options).Order());
    });

    private static Pipeline<int> ThreeStages(Way way, int count) =>
        way.Then(way.Then(way.Then(way.From(new UpTo(count)), new Double()), new DropThirds()), new Copy());

    private static IEnumerable<int> Plain(int count) => Numbers.UpTo(count).Select(i => i * 2).Where(i => i % 3 != 0).SelectMany(new Copy().Each);

    private sealed record Double : Step<Double, int, int>
    {
        public override IEnumerable<int> Each(int item) => [Numbers.Jitter(item) * 2];
    }

    private sealed record DropThirds : Step<DropThirds, int, int>
    {
        public override IEnumerable<int> Each(int item) => item % 3 == 0 ? [] : [item];
    }

    private sealed record Copy : Step<Copy, int, int>
    {
        public override IEnumerable<int> Each(int item) => Enumerable.Repeat(item, item % 4);
    }

    private sealed record Texts(string?[] All) : Source<Texts, string?>
    {
        public override IEnumerable<string?> Items() => All;
    }
}
