namespace Penstock.Tests.Contracts;

public sealed class Batches
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Batches_are_full_but_for_the_last_and_keep_the_order(Way way) => Limit.Within(() =>
    {
        var batches = way.Then(way.From(new UpTo(100)), new Dawdle()).Batch(7).AsEnumerable(way.Options).ToList();
        Assert.Equal([.. Enumerable.Repeat(7, 14), 2], batches.Select(b => b.Length));
        Assert.Equal(Numbers.UpTo(100), way.Comparable(batches.SelectMany(b => b)));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_delay_loses_nothing(Way way) => Limit.Within(() =>
    {
        var batches = way.Then(way.From(new UpTo(300)), new Dawdle()).Batch(50, TimeSpan.FromMilliseconds(1));
        Assert.Equal(Numbers.UpTo(300), way.Comparable(batches.AsEnumerable(way.Options).SelectMany(b => b).ToList()));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Batches_go_through_further_stages(Way way) => Limit.Within(() =>
    {
        var sums = way.Then(way.From(new UpTo(100)).Batch(10), new Sum());
        Assert.Equal(way.Comparable(Numbers.UpTo(100).Chunk(10).Select(b => b.Sum())), way.Comparable(sums.AsEnumerable(way.Options)));
    });

    private sealed record Sum : Step<Sum, int[], int>
    {
        public override IEnumerable<int> Each(int[] item) => [item.Sum()];
    }
}
