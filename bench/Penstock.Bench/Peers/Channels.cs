using System.Threading.Channels;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>
/// Bounded channels between tasks, by hand: synchronous fast paths on both ends, await only when a channel is empty or full.
/// Several middle workers read one channel, which gives up the order.
/// </summary>
internal static class Channels
{
    public static Contestant For(Topology topology)
    {
        var name = topology.Workers == 1 ? "Channels" : "Channels, unordered";
        return Contestant.Peer(name, count => RunAsync(topology, count), ordered: topology.Workers == 1);
    }

    /// <summary>
    /// Channels so much smaller that, with what the tasks have in their hands, no more items exist at once than in two links with
    /// this room: source, workers and sink have one each beside what waits.
    /// </summary>
    public static Contestant WithNoMoreItems(Topology topology)
    {
        var inHands = topology.Workers + 2;
        var smaller = topology with { InFlight = ((2 * topology.InFlight) - inHands) / 2 };
        return Contestant.Peer("Channels, unordered, no more items", count => RunAsync(smaller, count), ordered: false);
    }

    private static async Task<Tally> RunAsync(Topology topology, int count)
    {
        var one = topology.Workers == 1;
        var numbers = Create(topology.InFlight, singleWriter: true, singleReader: one);
        var results = Create(topology.InFlight, singleWriter: one, singleReader: true);

        var source = Task.Run(() => GenerateAsync(numbers.Writer, count, topology.Pause));
        var middle = Task.Run(() => AddAllAsync(topology, numbers.Reader, results.Writer));
        var sink = Task.Run(() => ConsumeAsync(results.Reader));

        await Task.WhenAll(source, middle, sink);
        return await sink;
    }

    private static Channel<int> Create(int capacity, bool singleWriter, bool singleReader) =>
        Channel.CreateBounded<int>(new BoundedChannelOptions(capacity)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleWriter = singleWriter,
            SingleReader = singleReader,
        });

    private static async Task GenerateAsync(ChannelWriter<int> output, int count, TimeSpan pause)
    {
        for (var i = 0; i < count; i++)
        {
            if (pause > TimeSpan.Zero)
                Thread.Sleep(pause); // as the generators do; a delay would cost a timer as well
            if (!output.TryWrite(i))
                await output.WriteAsync(i);
        }

        output.Complete();
    }

    private static async Task AddAllAsync(Topology topology, ChannelReader<int> input, ChannelWriter<int> output)
    {
        await Task.WhenAll(Enumerable.Range(0, topology.Workers).Select(_ => Task.Run(() => AddOneAsync(input, output, topology.Uneven))));
        output.Complete();
    }

    private static async Task AddOneAsync(ChannelReader<int> input, ChannelWriter<int> output, bool uneven)
    {
        while (await input.WaitToReadAsync())
        {
            while (input.TryRead(out var item))
            {
                var result = Steps.AddOne(item, uneven);
                if (!output.TryWrite(result))
                    await output.WriteAsync(result);
            }
        }
    }

    private static async Task<Tally> ConsumeAsync(ChannelReader<int> input)
    {
        var tally = new Tally();
        while (await input.WaitToReadAsync())
        {
            while (input.TryRead(out var item))
                tally.Add(item);
        }

        return tally;
    }
}
