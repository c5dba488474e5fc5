using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Plain composition on one thread: the results to give, and the floor of what it costs to give them.</summary>
internal readonly struct NestedIterators
{
    public static Contestant For(Topology topology) => new("nested iterators", Role.Reference, Ordered: true, count =>
    {
        var source = topology.Pause > TimeSpan.Zero
            ? Steps<NestedIterators>.GenerateSlowly((count, topology.Pause))
            : Steps<NestedIterators>.Generate(count);
        return Task.FromResult(Steps<NestedIterators>.Consume(Steps<NestedIterators>.AddOne(source)));
    });
}
