using System.Diagnostics;
using Penstock.Processes;
using Penstock.SharedMemory;

namespace Penstock.TestApp;

internal static class Measuring
{
    public static async Task RunAsync(int count)
    {
        using var region = SharedRegion.Create("measure", 4096);
        var message = System.Text.Encoding.UTF8.GetBytes(region.Handle);
        var (starts, wholes) = (new List<double>(), new List<double>());
        for (var i = 0; i < count; i++)
        {
            var before = Stopwatch.GetTimestamp();
            using var worker = WorkerProcess.Start(new() { Name = "measure #0", Entry = Stamp, Message = message });
            await worker.Exited;
            wholes.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            starts.Add(Stopwatch.GetElapsedTime(before, Read(region)).TotalMilliseconds);
        }

        Console.WriteLine($"start to entry {Least(starts)}, start to exit {Least(wholes)}");
    }

    /// <summary>Numbers through one stage in a process: two links between processes.</summary>
    public static void Pass(int count)
    {
        var items = Pipeline.From(Enumerable.Range(0, count), new() { MaxInFlight = 1024 }).Then(Increment, new() { Isolation = Isolation.Process, MaxInFlight = 1024 });
        var began = 0L;
        var (sum, passed) = (0L, 0);
        foreach (var item in items.AsEnumerable())
        {
            if (passed++ == 0)
                began = Stopwatch.GetTimestamp();
            sum += item;
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (sum != count * (count + 1L) / 2)
            throw new InvalidOperationException($"The sum is {sum}.");
        Console.WriteLine($"{count / seconds / 1e6:F2} million items a second");
    }

    public static unsafe void Stamp(WorkerArguments arguments)
    {
        var now = Stopwatch.GetTimestamp();
        using var region = SharedRegion.Open(System.Text.Encoding.UTF8.GetString(arguments.Message.Span));
        *(long*)region.Address = now;
    }

    private static IEnumerable<int> Increment(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item + 1;
    }

    private static unsafe long Read(SharedRegion region) => *(long*)region.Address;

    private static string Least(List<double> values)
    {
        values.Sort();
        return $"{values[0]:F1} ms at best, {values[values.Count / 2]:F1} in the middle";
    }
}
