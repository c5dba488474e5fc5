using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>Generate → add one → consume, where items carry the times at which they were sent.</summary>
internal static class Hops
{
    /// <summary>Clocks of all processes of a machine are the same.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Stamped(int Number, long Sent, long FirstHop);

    public static Contestant Penstock(string name, Isolation isolation, int inFlight, TimeSpan pause)
    {
        var options = new StageOptions
        {
            MaxInFlight = inFlight,
            // Else one in flight on threads is one thread, and there are no hops.
            ItemTimeout = inFlight == 1 && isolation != Isolation.None ? TimeSpan.FromHours(1) : null,
        };
        return Contestant.Penstock(name, count => Pipeline
            .From(Generate, (count, pause), options with { ItemTimeout = null })
            .Then(AddOne, options)
            .To(Consume)
            .RunAsync(new RunOptions { Isolation = isolation }));
    }

    public static Contestant Channels(int inFlight, TimeSpan pause) => Contestant.Peer("Channels", async count =>
    {
        var options = new BoundedChannelOptions(inFlight) { SingleReader = true, SingleWriter = true };
        Channel<Stamped> numbers = Channel.CreateBounded<Stamped>(options), results = Channel.CreateBounded<Stamped>(options);
        var source = Task.Run(() => SendAsync(numbers.Writer, count, pause));
        var middle = Task.Run(() => AddOneAsync(numbers.Reader, results.Writer));
        var sink = Task.Run(() => ConsumeAsync(results.Reader));
        await Task.WhenAll(source, middle, sink);
        return await sink;
    });

    private static IEnumerable<Stamped> Generate((int Count, TimeSpan Pause) argument)
    {
        for (var i = 0; i < argument.Count; i++)
        {
            if (argument.Pause > TimeSpan.Zero)
                Thread.Sleep(argument.Pause);
            yield return new Stamped(i, Stopwatch.GetTimestamp(), FirstHop: 0);
        }
    }

    private static IEnumerable<Stamped> AddOne(IEnumerable<Stamped> items)
    {
        foreach (var item in items)
            yield return PassOn(item);
    }

    private static Stamped PassOn(Stamped item)
    {
        var arrived = Stopwatch.GetTimestamp();
        return new Stamped(item.Number + 1, Sent: arrived, FirstHop: arrived - item.Sent);
    }

    private static Tally Consume(IEnumerable<Stamped> items)
    {
        var times = new Histogram();
        var tally = new Tally();
        foreach (var item in items)
            Note(item, times, ref tally);
        tally.Figures = times.Figures;
        return tally;
    }

    private static void Note(Stamped item, Histogram times, ref Tally tally)
    {
        times.Add(item.FirstHop);
        times.Add(Stopwatch.GetTimestamp() - item.Sent);
        tally.Add(item.Number);
    }

    private static async Task SendAsync(ChannelWriter<Stamped> output, int count, TimeSpan pause)
    {
        for (var i = 0; i < count; i++)
        {
            // As the others do; a task's delay would be a timer's.
            if (pause > TimeSpan.Zero)
                Thread.Sleep(pause);
            var item = new Stamped(i, Stopwatch.GetTimestamp(), FirstHop: 0);
            if (!output.TryWrite(item))
                await output.WriteAsync(item);
        }

        output.Complete();
    }

    private static async Task AddOneAsync(ChannelReader<Stamped> input, ChannelWriter<Stamped> output)
    {
        await foreach (var item in input.ReadAllAsync())
        {
            var result = PassOn(item);
            if (!output.TryWrite(result))
                await output.WriteAsync(result);
        }

        output.Complete();
    }

    private static async Task<Tally> ConsumeAsync(ChannelReader<Stamped> input)
    {
        var times = new Histogram();
        var tally = new Tally();
        await foreach (var item in input.ReadAllAsync())
            Note(item, times, ref tally);
        tally.Figures = times.Figures;
        return tally;
    }
}
