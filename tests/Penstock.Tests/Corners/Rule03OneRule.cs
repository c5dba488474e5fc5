using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>
/// The one rule: a stage with several workers or a fault policy finishes with an item before it asks for the next. Only
/// batches and gatherings hold several, and carry them all; a plain stage is free.
/// </summary>
public class Rule03OneRule
{
    [Fact]
    public Task A_batch_holds_more_items_than_are_in_flight_before_it() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 1000).Chunk(64),
            Pipeline.From(Enumerable.Range(0, 1000), new() { MaxInFlight = 1 }).Batch(64).AsEnumerable()));

    [Fact]
    public Task A_gathering_holds_more_parts_than_are_in_flight_before_it() => Within.Time(() =>
        Assert.Equal(
            [100, 100, 100],
            Pipeline.From(Enumerable.Range(0, 3))
                .ScatterGather(_ => Enumerable.Range(0, 100), parts => parts.Then(xs => xs.Select(x => x), new() { MaxInFlight = 1 }), (_, done) => done.Count)
                .AsEnumerable()));

    [Fact]
    public Task A_single_worker_without_a_policy_may_hold_several_items() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 100).Chunk(7),
            Pipeline.From(Enumerable.Range(0, 100), new() { MaxInFlight = 2 }).Then(xs => xs.Chunk(7)).AsEnumerable()));

    [Fact]
    public Task A_single_worker_may_even_turn_the_stream_around() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 1000).Reverse(),
            Pipeline.From(Enumerable.Range(0, 1000)).Then(xs => xs.Reverse()).AsEnumerable()));

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task The_input_flows_past_once(Execution execution) => Within.Time(() =>
    {
        var twice = Pipeline.From([1, 2]).Then(Twice).To(Items.Drop);
        var thrown = Assert.Throws<InvalidOperationException>(() => twice.Run(new() { Execution = execution }));
        Assert.Contains("'Twice'", thrown.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task The_input_of_a_fused_stage_flows_past_once_too() => Within.Time(() =>
    {
        var twice = Pipeline.From([1, 2], new() { MaxInFlight = 1 }).Then(Twice).To(Items.Drop);
        Assert.Contains("Twice", Assert.Throws<InvalidOperationException>(() => twice.Run()).Message, StringComparison.Ordinal);
    });

    private static IEnumerable<int> Twice(IEnumerable<int> items) => items.Concat(items);
}
