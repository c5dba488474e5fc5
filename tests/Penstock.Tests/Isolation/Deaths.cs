using System.Diagnostics;
using Penstock.Tests.Support;
using Xunit.Abstractions;

namespace Penstock.Tests.Isolated;

/// <summary>How soon a run knows that a worker has died. Measured when nothing else runs.</summary>
[Collection(nameof(Alone))]
public class Deaths(ITestOutputHelper output)
{
    [Fact]
    public Task Are_known_at_once() => Within.Time(async () =>
    {
        var latencies = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var told = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            using var gate = new Gate();
            var run = Pipeline.From(Hold(gate)).Then(Steps.Processes, Beside.Process).To(xs => xs.Select(told.TrySetResult).Count()).Start();
            var worker = await told.Task;
            await gate.Arrived;
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(0, Libc.Kill(worker, 9));
            gate.Open();
            Assert.Equal("SIGKILL", (await Assert.ThrowsAsync<WorkerCrashedException>(() => run.Completion)).Signal);
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        latencies.Sort();
        var text = FormattableString.Invariant($"from kill -9 to the run's exception: {latencies[0]:F1} ms at best, {latencies[10]:F1} in the middle, {latencies[^1]:F1} at worst");
        output.WriteLine(text);
        Assert.True(latencies[5] < 250, text); // a busy machine delays most of them
    }, limit: TimeSpan.FromMinutes(3));

    private static IEnumerable<int> Hold(Gate gate)
    {
        yield return 1;
        gate.Pass();
    }
}
