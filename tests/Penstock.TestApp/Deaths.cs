using System.Diagnostics;
using Penstock.Workers;

namespace Penstock.TestApp;

/// <summary>How soon a run has ended whose worker was killed.</summary>
internal static class Deaths
{
    private static readonly StageOptions Process = new() { Isolation = Isolation.Process };

    public static async Task RunAsync(int count)
    {
        var endless = Enumerable.Range(0, int.MaxValue);
        await MeasureAsync("one worker", count, Pipeline.From(endless).Then(PassOn, Process));
        await MeasureAsync("one worker beside two others", count, Pipeline.From(endless).Then(PassOn, Process).Then(PassOn, Process).Then(PassOn, Process));
    }

    private static async Task MeasureAsync(string what, int count, Pipeline<int> pipeline)
    {
        var times = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var isFlowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var run = pipeline.To(items => items.Select(x => isFlowing.TrySetResult()).Count()).Start();
            await isFlowing.Task;
            var victim = run.Run.Stages.SelectMany(s => s.Workers).OfType<ProcessWorker>().First().ProcessId!.Value;
            using var process = System.Diagnostics.Process.GetProcessById(victim);
            var start = Stopwatch.GetTimestamp();
            process.Kill();
            try
            {
                await run.Completion;
            }
            catch (WorkerCrashedException crash) when (crash.Signal is "SIGKILL")
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        times.Sort();
        Console.WriteLine($"{what}: {times[0]:F1} ms at best, {times[times.Count / 2]:F1} in the middle, {times[^1]:F1} at worst, of {times.Count}");
    }

    private static IEnumerable<int> PassOn(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }
}
