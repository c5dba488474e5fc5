using System.Collections.Concurrent;

namespace Penstock.Tests.Contracts;

public sealed class ScatterAndGather
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Each_item_is_gathered_from_its_own_parts_in_order(Way way) => Limit.Within(() =>
    {
        var sums = Gathered(way, 100, new Step<int, int>(i => [Numbers.Jitter(i), i]), maxOpen: 3);
        Assert.Equal(Numbers.UpTo(100).Select(Expected), sums.AsEnumerable(way.Options), StringComparer.Ordinal);

        static string Expected(int item) => $"{item}: {string.Join(' ', Parts(item).SelectMany(p => new[] { p, p }))}";
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_failed_part_fails_its_own_item_alone(Way way) => Limit.Within(() =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var failing = new Step<int, int>(i => i == 71_003 ? throw new InvalidDataException() : [i]) { Name = "failing", Faults = FaultPolicy.Skip };
        var result = Gathered(way, 100, failing, maxOpen: 2).To(Enumerable.ToList).Run(way.Options with { DeadLetter = letters.Enqueue });
        Assert.Equal(Numbers.UpTo(100).Where(i => i != 71).Select(i => $"{i}: {string.Join(' ', Parts(i))}"), result, StringComparer.Ordinal);
        Assert.Equal([71, 71_003], letters.Select(l => (int)l.Item!).Order());
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_sink_that_stops_early_ends_an_endless_source(Way way) => Limit.Within(() =>
    {
        var result = Gathered(way, int.MaxValue, new Step<int, int>(i => [Numbers.Jitter(i)]), maxOpen: 2).To(items => items.Take(10).ToList()).Run(way.Options);
        Assert.Equal(Numbers.UpTo(10).Select(i => $"{i}: {string.Join(' ', Parts(i))}"), result, StringComparer.Ordinal);
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_part_s_exception_arrives_as_itself(Way way) => Limit.Within(() =>
    {
        var failing = new Step<int, int>(i => i == 71_003 ? throw new InvalidDataException("part") : [i]);
        var thrown = Assert.Throws<InvalidDataException>(() => Gathered(way, int.MaxValue, failing, maxOpen: 4).To(items => items.Count()).Run(way.Options));
        Assert.Equal("part", thrown.Message);
    });

    // The order of the items is the gathering's, so it holds however the parts overtake each other.
    private static Pipeline<string> Gathered(Way way, int count, Step<int, int> step, int maxOpen) =>
        way.From(() => Numbers.UpTo(count)).ScatterGather(
            Parts,
            parts => way.Then(way.Then(parts, i => i), step),
            (item, done) => $"{item}: {string.Join(' ', done)}",
            maxOpen);

    private static IEnumerable<int> Parts(int item) => Numbers.UpTo(item % 9).Select(i => (item * 1000) + i);
}
