using System.Threading.Channels;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>
/// Several middle workers by hand, in order: each has a channel to it and one from it, dealt to and collected from in turn.
/// Works only while every item gives exactly one result.
/// </summary>
internal static class ChannelLanes
{
    public static Contestant For(Topology topology) =>
        Contestant.Peer("Channels, in turn", count => RunAsync(topology, count));

    private static async Task<Tally> RunAsync(Topology topology, int count)
    {
        var numbers = CreateLanes(topology);
        var results = CreateLanes(topology);

        var source = Task.Run(() => DealAsync(numbers, count));
        var middle = numbers.Zip(results, (input, output) => Task.Run(() => AddOneAsync(input, output, topology.Uneven))).ToList();
        var sink = Task.Run(() => CollectAsync(results));

        await Task.WhenAll([source, .. middle, sink]);
        return await sink;
    }

    private static Channel<int>[] CreateLanes(Topology topology)
    {
        var options = new BoundedChannelOptions(Math.Max(1, topology.InFlight / topology.Workers))
        {
            SingleWriter = true,
            SingleReader = true,
        };
        return [.. Enumerable.Range(0, topology.Workers).Select(_ => Channel.CreateBounded<int>(options))];
    }

    private static async Task DealAsync(Channel<int>[] lanes, int count)
    {
        var lane = 0;
        for (var i = 0; i < count; i++)
        {
            var output = lanes[lane].Writer;
            if (!output.TryWrite(i))
                await output.WriteAsync(i);
            lane = lane + 1 == lanes.Length ? 0 : lane + 1;
        }

        foreach (var each in lanes)
            each.Writer.Complete();
    }

    private static async Task AddOneAsync(Channel<int> input, Channel<int> output, bool uneven)
    {
        while (await input.Reader.WaitToReadAsync())
        {
            while (input.Reader.TryRead(out var item))
            {
                var result = Steps.AddOne(item, uneven);
                if (!output.Writer.TryWrite(result))
                    await output.Writer.WriteAsync(result);
            }
        }

        output.Writer.Complete();
    }

    private static async Task<Tally> CollectAsync(Channel<int>[] lanes)
    {
        var tally = new Tally();
        for (var lane = 0; ; lane = lane + 1 == lanes.Length ? 0 : lane + 1)
        {
            var input = lanes[lane].Reader;
            int item;
            while (!input.TryRead(out item))
            {
                // The first lane found at its end is the one whose turn comes after the last item.
                if (!await input.WaitToReadAsync())
                    return tally;
            }

            tally.Add(item);
        }
    }
}
