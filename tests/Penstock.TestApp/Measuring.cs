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

    public static unsafe void Stamp(WorkerArguments arguments)
    {
        var now = Stopwatch.GetTimestamp();
        using var region = SharedRegion.Open(System.Text.Encoding.UTF8.GetString(arguments.Message.Span));
        *(long*)region.Address = now;
    }

    private static unsafe long Read(SharedRegion region) => *(long*)region.Address;

    private static string Least(List<double> values)
    {
        values.Sort();
        return $"{values[0]:F1} ms at best, {values[values.Count / 2]:F1} in the middle";
    }
}
