using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Plain composition on one thread: the results to give, and the floor of what it costs to give them.</summary>
internal static class NestedIterators
{
    public static Contestant For(Topology topology) => Contestant.Reference("nested iterators", count =>
    {
        var numbers = topology.Pause > TimeSpan.Zero ? Steps.GenerateSlowly((count, topology.Pause)) : Steps.Generate(count);
        return Task.FromResult(Steps.Consume(topology.Uneven ? Steps.AddOneUnevenly(numbers) : Steps.AddOne(numbers)));
    });
}
