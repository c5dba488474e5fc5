using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Plain composition on one thread: the results to give, and the floor of what it costs to give them.</summary>
internal static class NestedIterators
{
    public static Contestant For(Topology topology) => Contestant.Reference("nested iterators", count => Task.FromResult(
        Steps.Consume(Steps.AddOne(Steps.Generate((count, topology.Pause)), topology.Uneven))));
}
