using System.Diagnostics;

namespace Penstock.Hosting.TestApp;

internal static class Submitter
{
    public static async Task RunAsync(string file, int count, int pause)
    {
        await using var queue = new SqliteJobQueue<long>(file);
        var (longest, begun) = (TimeSpan.Zero, Stopwatch.GetTimestamp());
        for (var i = 0; i < count; i++)
        {
            await Task.Delay(pause);
            var start = Stopwatch.GetTimestamp();
            await queue.SubmitAsync(start);
            if (Stopwatch.GetElapsedTime(start) is var time && time > longest)
                longest = time;
        }

        Console.WriteLine(FormattableString.Invariant($"{longest.TotalMilliseconds:F0} of {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:F0}"));
    }
}
