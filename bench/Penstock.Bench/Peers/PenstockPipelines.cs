using System.Runtime.CompilerServices;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Pipelines of this library: the generators of plain composition, run in every way the engine has.</summary>
internal static class PenstockPipelines
{
    /// <summary>Every step on a thread of its own.</summary>
    public static Contestant Threads(Topology topology) =>
        Contestant.Penstock("Penstock, threads", count => RunAsync(topology, count, Middle(topology)));

    /// <summary>As <see cref="Threads"/>, with the order given up.</summary>
    public static Contestant Unordered(Topology topology) =>
        Contestant.Penstock("Penstock, threads, unordered", count => RunAsync(topology, count, Middle(topology) with { Ordered = false }), ordered: false);

    /// <summary>Kept apart as little as the engine can: <see cref="Isolation.None"/>.</summary>
    public static Contestant Inline(Topology topology) =>
        Contestant.Penstock("Penstock, None", count => RunAsync(topology, count, Middle(topology), Isolation.None));

    /// <summary>As <see cref="Inline"/>, with the order given up.</summary>
    public static Contestant InlineUnordered(Topology topology) => Contestant.Penstock("Penstock, None, unordered",
        count => RunAsync(topology, count, Middle(topology) with { Ordered = false }, Isolation.None), ordered: false);

    /// <summary>As <see cref="Inline"/>, consumed by a task.</summary>
    public static Contestant Awaited(Topology topology) =>
        Contestant.Penstock("Penstock, None, async sink", count => RunAwaitedAsync(topology, count, Middle(topology)));

    /// <summary>As <see cref="Awaited"/>, with the order given up.</summary>
    public static Contestant AwaitedUnordered(Topology topology) => Contestant.Penstock("Penstock, None, async sink, unordered",
        count => RunAwaitedAsync(topology, count, Middle(topology) with { Ordered = false }), ordered: false);

    /// <summary>Source and middle in processes, the sink in ours.</summary>
    public static Contestant Processes(Topology topology) =>
        Contestant.Penstock("Penstock, processes", count => RunAsync(topology, count, Middle(topology), Isolation.Process));

    /// <summary>All on one thread: what one in flight between single workers means.</summary>
    public static Contestant Fused() =>
        Contestant.Penstock("Penstock, fused", count => RunAsync(OneInFlight, count, Middle(OneInFlight)));

    /// <summary>One in flight, yet on threads, which a time-out brings about: the price of lock-step across them.</summary>
    public static Contestant Unfused() => Contestant.Penstock("Penstock, not fused",
        count => RunAsync(OneInFlight, count, Middle(OneInFlight) with { ItemTimeout = TimeSpan.FromHours(1) }));

    /// <summary>Asynchronous generators, run as tasks.</summary>
    public static Contestant Tasks(Topology topology) => Contestant.Penstock("Penstock, tasks", count => Pipeline
        .From(GenerateAsync, (count, topology.Pause), Source(topology))
        .Then(AddOneAsync, Middle(topology))
        .To(ConsumeAsync)
        .RunAsync());

    private static Topology OneInFlight { get; } = new(Workers: 1, InFlight: 1);

    private static StageOptions Source(Topology topology) => new() { MaxInFlight = topology.InFlight };

    private static StageOptions Middle(Topology topology) =>
        new() { MaxInFlight = topology.InFlight, Workers = topology.Workers };

    private static Task<Tally> RunAsync(Topology topology, int count, StageOptions middle, Isolation? isolation = null) =>
        Results(topology, count, middle).To(Steps.Consume).RunAsync(new RunOptions { Isolation = isolation });

    private static Task<Tally> RunAwaitedAsync(Topology topology, int count, StageOptions middle) =>
        Results(topology, count, middle).To(ConsumeAsync).RunAsync(new RunOptions { Isolation = Isolation.None });

    private static Pipeline<int> Results(Topology topology, int count, StageOptions middle)
    {
        var numbers = topology.Pause > TimeSpan.Zero
            ? Pipeline.From(Steps.GenerateSlowly, (count, topology.Pause), Source(topology))
            : Pipeline.From(Steps.Generate, count, Source(topology));
        return topology.Uneven ? numbers.Then(Steps.AddOneUnevenly, middle) : numbers.Then(Steps.AddOne, middle);
    }

    private static async IAsyncEnumerable<int> GenerateAsync(
        (int Count, TimeSpan Pause) argument, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < argument.Count; i++)
        {
            if (argument.Pause > TimeSpan.Zero)
                await Task.Delay(argument.Pause, cancellationToken);
            yield return i;
        }
    }

    private static async IAsyncEnumerable<int> AddOneAsync(
        IAsyncEnumerable<int> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in items.WithCancellation(cancellationToken))
            yield return item + 1;
    }

    private static async Task<Tally> ConsumeAsync(IAsyncEnumerable<int> items, CancellationToken cancellationToken)
    {
        var tally = new Tally();
        await foreach (var item in items.WithCancellation(cancellationToken))
            tally.Add(item);
        return tally;
    }
}
