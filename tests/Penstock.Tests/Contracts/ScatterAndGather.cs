using System.Collections.Concurrent;

namespace Penstock.Tests.Contracts;

public sealed class ScatterAndGather
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Each_item_is_gathered_from_its_own_parts_in_order(Way way) => Limit.Within(() =>
    {
        var sums = Gathered(way, new UpTo(100), new Twice(), maxOpen: 3);
        Assert.Equal(Numbers.UpTo(100).Select(Expected), sums.AsEnumerable(way.Options), StringComparer.Ordinal);

        static string Expected(int item) => $"{item}: {string.Join(' ', Parts(item).SelectMany(p => new[] { p, p }))}";
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_failed_part_fails_its_own_item_alone(Way way) => Limit.Within(() =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var result = Gathered(way, new UpTo(100), new FailAt(71_003), maxOpen: 2, FaultPolicy.Skip).To(Enumerable.ToList).Run(way.Options with { DeadLetter = letters.Enqueue });
        Assert.Equal(Numbers.UpTo(100).Where(i => i != 71).Select(i => $"{i}: {string.Join(' ', Parts(i))}"), result, StringComparer.Ordinal);
        Assert.Equal([71, 71_003], letters.Select(l => (int)l.Item!).Order());
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_sink_that_stops_early_ends_an_endless_source(Way way) => Limit.Within(() =>
    {
        var result = Gathered(way, new Endless(), new Dawdle(), maxOpen: 2).To(items => items.Take(10).ToList()).Run(way.Options);
        Assert.Equal(Numbers.UpTo(10).Select(i => $"{i}: {string.Join(' ', Parts(i))}"), result, StringComparer.Ordinal);
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_part_s_exception_arrives_as_itself(Way way) => Limit.Within(() =>
    {
        var failing = new FailAt(71_003);
        var thrown = Assert.Throws<InvalidDataException>(() => Gathered(way, new Endless(), failing, maxOpen: 4).To(items => items.Count()).Run(way.Options));
        Assert.Equal(failing.Message, thrown.Message);
    });

    // The order of the items is the gathering's, so it holds however the parts overtake each other.
    private static Pipeline<string> Gathered(Way way, Source<int> source, Step<int, int> step, int maxOpen, FaultPolicy? faults = null) =>
        way.From(source).ScatterGather(
            Parts,
            parts => way.Then(way.Then(parts, new Pass<int>()), step, new() { Faults = faults ?? FaultPolicy.Stop }),
            (item, done) => $"{item}: {string.Join(' ', done)}",
            maxOpen);

    private static IEnumerable<int> Parts(int item) => Numbers.UpTo(item % 9).Select(i => (item * 1000) + i);

    private sealed record Twice : Step<Twice, int, int>
    {
        public override IEnumerable<int> Each(int item) => [Numbers.Jitter(item), item];
    }
}
