using System.Diagnostics;

namespace Penstock.Hosting.TestApp;

internal static class Submitter
{
    public static async Task RunAsync(string file, int count, int pause)
    {
        await using var queue = new SqliteJobQueue<long>(file);
        for (var i = 0; i < count; i++)
        {
            await Task.Delay(pause);
            await queue.SubmitAsync(Stopwatch.GetTimestamp());
        }
    }
}
