using System.Runtime.CompilerServices;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Pipelines of this library: the generators of plain composition, run in every way the engine has.</summary>
internal static class PenstockPipelines
{
    /// <summary>Every step on a thread of its own.</summary>
    public static Contestant Threads(Topology topology) =>
        new("Penstock", Role.Penstock, Ordered: true, count => RunAsync<OnThreads>(topology, count, Middle(topology)));

    /// <summary>As <see cref="Threads"/>, with the order given up.</summary>
    public static Contestant Unordered(Topology topology) =>
        new("Penstock, unordered", Role.Penstock, Ordered: false,
            count => RunAsync<OutOfOrder>(topology, count, Middle(topology) with { Ordered = false }));

    /// <summary>All on one thread: what one in flight between single workers means.</summary>
    public static Contestant Fused() =>
        new("Penstock, fused", Role.Penstock, Ordered: true,
            count => RunAsync<OnOneThread>(OneInFlight, count, Middle(OneInFlight)));

    /// <summary>One in flight, yet on threads, which a time-out brings about: the price of lock-step across them.</summary>
    public static Contestant Unfused() =>
        new("Penstock, not fused", Role.Penstock, Ordered: true,
            count => RunAsync<InLockStep>(OneInFlight, count, Middle(OneInFlight) with { ItemTimeout = TimeSpan.FromHours(1) }));

    /// <summary>Asynchronous generators, run as tasks.</summary>
    public static Contestant Tasks(Topology topology) =>
        new("Penstock, tasks", Role.Penstock, Ordered: true, count => Pipeline
            .From(GenerateAsync, (count, topology.Pause), Source(topology))
            .Then(AddOneAsync, Middle(topology))
            .To(ConsumeAsync)
            .RunAsync());

    private static Topology OneInFlight { get; } = new(Workers: 1, InFlight: 1);

    private static StageOptions Source(Topology topology) => new() { MaxInFlight = topology.InFlight };

    private static StageOptions Middle(Topology topology) =>
        new() { MaxInFlight = topology.InFlight, Workers = topology.Workers };

    private static Task<Tally> RunAsync<TOwner>(Topology topology, int count, StageOptions middle)
        where TOwner : struct
    {
        var numbers = topology.Pause > TimeSpan.Zero
            ? Pipeline.From(Steps<TOwner>.GenerateSlowly, (count, topology.Pause), Source(topology))
            : Pipeline.From(Steps<TOwner>.Generate, count, Source(topology));
        return numbers
            .Then(Steps<TOwner>.AddOne, middle)
            .To(Steps<TOwner>.Consume)
            .RunAsync();
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

    // Owners of the generators' machine code, see Steps.
    private readonly struct OnThreads;

    private readonly struct OutOfOrder;

    private readonly struct OnOneThread;

    private readonly struct InLockStep;
}
