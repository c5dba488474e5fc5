using System.Diagnostics;

namespace Penstock.Hosting.TestApp;

internal static class Idler
{
    public static async Task RunAsync(string file, int seconds)
    {
        await using var queue = new SqliteJobQueue<long>(file);
        using var stop = new CancellationTokenSource();
        await using var jobs = queue.PullAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = jobs.MoveNextAsync().AsTask();
        // What is compiled and started once is not idling.
        await Task.Delay(TimeSpan.FromSeconds(3));

        var least = double.MaxValue;
        for (var second = 0; second < seconds; second++)
        {
            var before = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            await Task.Delay(TimeSpan.FromSeconds(1));
            least = Math.Min(least, (Environment.CpuUsage.TotalTime - before) / Stopwatch.GetElapsedTime(start));
        }

        Console.WriteLine(FormattableString.Invariant($"{100 * least:F3}"));

        await stop.CancelAsync();
        await next.ContinueWith(static _ => { }, TaskScheduler.Default);
    }
}
