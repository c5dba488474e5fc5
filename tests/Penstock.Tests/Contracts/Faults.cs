using Penstock.Tests.Support;

namespace Penstock.Tests.Contracts;

public sealed class Faults
{
    private static readonly FailAt FailAt50 = new(50);

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_stage_s_exception_arrives_as_itself_and_every_finally_runs(Way way) => Limit.Within(() =>
    {
        using var lives = Tally.Begin();
        var pipeline = way.Then(way.From(new Endless { Lives = lives }), new Dawdle { Lives = lives });
        pipeline = way.Then(pipeline, FailAt50 with { Lives = lives });
        pipeline = way.Then(pipeline, new Pass<int> { Lives = lives });
        var thrown = Assert.Throws<InvalidDataException>(() => pipeline.To(Enumerable.ToList).Run(way.Options));
        Assert.Equal(FailAt50.Message, thrown.Message);
        Assert.Contains($"{nameof(FailAt)}.{nameof(FailAt.Each)}", Plain(thrown.StackTrace), StringComparison.Ordinal);
        lives.MustAllHaveEnded();

        // The compiler keeps a generator's body in a type of its own, named after it.
        static string Plain(string? trace) => (trace ?? "").Replace("<", "", StringComparison.Ordinal);
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_source_s_exception_arrives_behind_the_items_that_precede_it(Way way) => Limit.Within(() =>
    {
        var received = new List<int>();
        var pipeline = way.Then(way.From(new FailBehind50()), new Dawdle());
        var thrown = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var item in pipeline.AsEnumerable(way.Options))
                received.Add(item);
        });
        Assert.Equal(FailBehind50.Message, thrown.Message);
        Assert.Equal(Numbers.UpTo(50), way.Comparable(received));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_stage_s_exception_arrives_behind_the_items_that_precede_it(Way way) => Limit.Within(() =>
    {
        var received = new List<int>();
        var pipeline = way.Then(way.Then(way.From(new Endless()), FailAt50), new Dawdle());
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
        using var lives = Tally.Begin();
        var failure = new InvalidDataException("the sink");
        var pipeline = way.Then(way.From(new Endless { Lives = lives }), new Pass<int> { Lives = lives });
        Assert.Same(failure, Assert.Throws<InvalidDataException>(() => pipeline.To(items => items.Select(i => i >= 50 ? throw failure : i).Sum()).Run(way.Options)));
        lives.MustAllHaveEnded();
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task A_fault_behind_the_item_where_the_sink_stops_is_never_met(Way way) => Limit.Within(() =>
    {
        if (!way.KeepsOrder)
            return; // an unordered stage stops at once
        var pipeline = way.Then(way.Then(way.From(new Endless()), FailAt50), new Pass<int>());
        for (var i = 0; i < way.Rounds(50); i++)
            Assert.Equal(50, pipeline.To(items => items.Take(50).Count()).Run(way.Options));
    });

    private sealed record FailBehind50 : Source<FailBehind50, int>
    {
        public const string Message = "behind the last item";

        public override IEnumerable<int> Items()
        {
            foreach (var item in Numbers.UpTo(50))
                yield return item;
            throw new InvalidDataException(Message);
        }
    }
}
