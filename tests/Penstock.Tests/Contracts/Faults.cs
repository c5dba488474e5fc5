namespace Penstock.Tests.Contracts;

public sealed class Faults
{
    private static readonly InvalidDataException Failure = new("item 50 is broken");

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_stage_s_exception_arrives_as_itself_and_every_finally_runs(Way way) => Limit.Within(() =>
    {
        var lives = new Lives();
        var pipeline = way.Then(way.From(Numbers.Endless), lives.Watch(new Step<int, int>(i => [Numbers.Jitter(i)])));
        pipeline = way.Then(pipeline, lives.Watch(FailingAt50()));
        pipeline = way.Then(pipeline, lives.Watch(new Step<int, int>(i => [i])));
        var thrown = Assert.Throws<InvalidDataException>(() => pipeline.To(Enumerable.ToList).Run(way.Options));
        Assert.Equal("item 50 is broken", thrown.Message);
        Assert.Contains(nameof(FailingAt50), thrown.StackTrace, StringComparison.Ordinal);
        lives.AssertAllEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_source_s_exception_arrives_behind_the_items_that_precede_it(Way way) => Limit.Within(() =>
    {
        var received = new List<int>();
        var pipeline = way.Then(way.From(() => FailingSource()), i => Numbers.Jitter(i));
        var thrown = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var item in pipeline.AsEnumerable(way.Options))
                received.Add(item);
        });
        Assert.Same(Failure, thrown);
        Assert.Equal(Numbers.UpTo(50), way.Comparable(received));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_stage_s_exception_arrives_behind_the_items_that_precede_it(Way way) => Limit.Within(() =>
    {
        var received = new List<int>();
        var pipeline = way.Then(way.Then(way.From(Numbers.Endless), FailingAt50()), i => Numbers.Jitter(i));
        Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var item in pipeline.AsEnumerable(way.Options))
                received.Add(item);
        });
        if (way.KeepsOrder)
            Assert.Equal(Numbers.UpTo(50), received);
        else
            Assert.DoesNotContain(50, received);
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_sink_s_exception_arrives_as_itself(Way way) => Limit.Within(() =>
    {
        var lives = new Lives();
        var pipeline = way.Then(way.From(Numbers.Endless), lives.Watch(new Step<int, int>(i => [i])));
        Assert.Same(Failure, Assert.Throws<InvalidDataException>(() => pipeline.To(items => items.Select(i => i >= 50 ? throw Failure : i).Sum()).Run(way.Options)));
        lives.AssertAllEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_fault_behind_the_item_where_the_sink_stops_is_never_met(Way way) => Limit.Within(() =>
    {
        if (!way.KeepsOrder)
            return; // an unordered stage stops at once
        var pipeline = way.Then(way.Then(way.From(Numbers.Endless), FailingAt50()), i => i);
        for (var i = 0; i < 50; i++)
            Assert.Equal(50, pipeline.To(items => items.Take(50).Count()).Run(way.Options));
    });

    private static Step<int, int> FailingAt50()
    {
        return new Step<int, int>(Each) { Name = "failing" };

        static IEnumerable<int> Each(int item)
        {
            if (item == 50)
                throw new InvalidDataException("item 50 is broken");
            yield return item;
        }
    }

    private static IEnumerable<int> FailingSource()
    {
        foreach (var item in Numbers.UpTo(50))
            yield return item;
        throw Failure;
    }
}
