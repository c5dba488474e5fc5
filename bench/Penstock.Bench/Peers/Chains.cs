using System.Threading.Channels;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Any number of stages: a source, one that adds one, others that pass items on, a sink.</summary>
internal static class Chains
{
    /// <summary>Source, sink, and the one that adds.</summary>
    private const int Fixed = 3;

    public static Contestant Nested(int stages) => Contestant.Reference("nested iterators", count =>
    {
        var items = Steps.Generate(count);
        for (var i = Fixed; i < stages; i++)
            items = Steps.Pass(items);
        return Task.FromResult(Steps.Consume(Steps.AddOne(items)));
    });

    public static Contestant Penstock(string name, Isolation isolation, int stages, int inFlight) => Contestant.Penstock(name, count =>
    {
        var options = new StageOptions { MaxInFlight = inFlight };
        // Of two stages the source does what the middle one would.
        if (stages < Fixed)
            return Pipeline.From(FromOne, count, options).To(Steps.Consume).RunAsync(new RunOptions { Isolation = isolation });
        var pipeline = Pipeline.From(Steps.Generate, count, options);
        for (var i = Fixed; i < stages; i++)
            pipeline = pipeline.Then(Steps.Pass, options);
        return pipeline.Then(Steps.AddOne, options).To(Steps.Consume).RunAsync(new RunOptions { Isolation = isolation });
    });

    public static Contestant Channels(int stages, int inFlight) => Contestant.Peer("Channels", async count =>
    {
        var first = Channel.CreateBounded<int>(new BoundedChannelOptions(inFlight) { SingleReader = true, SingleWriter = true });
        var tasks = new List<Task> { Task.Run(() => SendAsync(first.Writer, count, stages < Fixed ? 1 : 0)) };
        var reader = first.Reader;
        for (var i = Fixed; i <= stages; i++)
        {
            var (input, add) = (reader, i == Fixed ? 1 : 0);
            var output = Channel.CreateBounded<int>(new BoundedChannelOptions(inFlight) { SingleReader = true, SingleWriter = true });
            tasks.Add(Task.Run(() => PassAsync(input, output.Writer, add)));
            reader = output.Reader;
        }

        var tally = new Tally();
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out var item))
                tally.Add(item);
        }

        await Task.WhenAll(tasks);
        return tally;
    });

    private static IEnumerable<int> FromOne(int count)
    {
        for (var i = 1; i <= count; i++)
            yield return i;
    }

    private static async Task SendAsync(ChannelWriter<int> output, int count, int first)
    {
        for (var i = first; i < count + first; i++)
        {
            if (!output.TryWrite(i))
                await output.WriteAsync(i);
        }

        output.Complete();
    }

    private static async Task PassAsync(ChannelReader<int> input, ChannelWriter<int> output, int add)
    {
        while (await input.WaitToReadAsync())
        {
            while (input.TryRead(out var item))
            {
                if (!output.TryWrite(item + add))
                    await output.WriteAsync(item + add);
            }
        }

        output.Complete();
    }
}
