using System.Threading.Tasks.Dataflow;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>A transform block linked to an action block, bounded, order kept; fed by Post, by SendAsync when full.</summary>
internal static class Dataflow
{
    public static Contestant For(Topology topology) =>
        Contestant.Peer("Dataflow", count => RunAsync(topology, count));

    private static async Task<Tally> RunAsync(Topology topology, int count)
    {
        var tally = new Tally();
        var addOne = new TransformBlock<int, int>(item => Steps.AddOne(item, topology.Uneven), new ExecutionDataflowBlockOptions
        {
            BoundedCapacity = topology.InFlight,
            MaxDegreeOfParallelism = topology.Workers,
            EnsureOrdered = true,
            SingleProducerConstrained = true,
        });
        var consume = new ActionBlock<int>(item => tally.Add(item), new ExecutionDataflowBlockOptions
        {
            BoundedCapacity = topology.InFlight,
            SingleProducerConstrained = true,
        });
        using var link = addOne.LinkTo(consume, new DataflowLinkOptions { PropagateCompletion = true });

        for (var i = 0; i < count; i++)
        {
            if (topology.Pause > TimeSpan.Zero)
                Thread.Sleep(topology.Pause); // as the generators do; a delay would cost a timer as well
            if (!addOne.Post(i))
                await addOne.SendAsync(i);
        }

        addOne.Complete();
        await consume.Completion;
        return tally;
    }
}
