using System.Diagnostics;
using System.Globalization;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>No allocation per item on links between processes, no processor time while nothing moves. Measured when nothing else runs.</summary>
[Collection(nameof(Alone))]
public class Promise6CostsNothingAcrossProcesses
{
    private const int Warm = 20_000;
    private const int Count = 60_000;

    [Theory]
    [InlineData(1, 4)]
    [InlineData(1, 64)]
    [InlineData(2, 8)]
    public Task Workers_in_processes_allocate_nothing_an_item(int workers, int maxInFlight) => Within.Time(async () =>
    {
        // Every stage tells by its items how much its thread has allocated so far.
        var link = Beside.Process with { MaxInFlight = maxInFlight };
        var samples = await Pipeline.From(Allocated, Count, link)
            .Then(AllocatedToo, link with { Workers = workers })
            .Then(AllocatedToo, link)
            .To(xs => xs.Where((x, i) => i is Warm or Count - 1).ToList()).RunAsync();
        Assert.Equal(2, samples.Count);
        MustNotGrow(samples[0].Source, samples[1].Source);
        MustNotGrow(samples[0].Stage, samples[1].Stage);
    });

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    public Task Threads_beside_processes_allocate_nothing_an_item(int maxInFlight) => Within.Time(async () =>
    {
        var link = new StageOptions { MaxInFlight = maxInFlight };
        var (source, sink) = ((0L, 0L), (0L, 0L));
        await Pipeline.From(Allocated, Count, link).Then(AllocatedToo, link with { Isolation = Isolation.Process }).To(xs =>
        {
            var i = 0;
            foreach (var item in xs)
            {
                var here = GC.GetAllocatedBytesForCurrentThread();
                (source, sink) = i <= Warm ? ((item.Source, item.Source), (here, here)) : ((source.Item1, item.Source), (sink.Item1, here));
                i++;
            }
        }).RunAsync();
        MustNotGrow(source.Item1, source.Item2);
        MustNotGrow(sink.Item1, sink.Item2);
    });

    [Fact]
    public Task A_run_that_waits_uses_less_than_a_hundredth_of_a_core_in_all_its_processes() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var told = new TaskCompletionSource<int[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Pipeline.From(ThenWait, gate).Then(AddProcess, Beside.Process).Then(AddProcess, Beside.Process).To(xs =>
        {
            foreach (var (first, second) in xs)
                told.TrySetResult([first, second]);
        }).Start();
        var workers = await told.Task;
        await gate.Arrived;
        await MustBeIdle(workers.Append(Environment.ProcessId));
        gate.Open();
        await run.Completion;
    });

    // What happens once (the first wait of a kind, whatever the runtime makes for itself) may cost some kilobytes, 6 have been seen. An object
    // for every item would be at least 24 bytes, so half a byte an item tells them apart.
    private static void MustNotGrow(long before, long after) => Assert.InRange(after - before, 0, (Count - Warm) / 2);

    private static async Task MustBeIdle(IEnumerable<int> processes)
    {
        Process[] all = [.. processes.Select(Process.GetProcessById)];
        var shares = new List<double>();
        for (var i = 0; i < 30 && shares.DefaultIfEmpty(1).Min() >= 0.01; i++)
        {
            var (start, before) = (Stopwatch.GetTimestamp(), Total());
            await Task.Delay(1000);
            shares.Add((Total() - before) / Stopwatch.GetElapsedTime(start));
        }

        Array.ForEach(all, p => p.Dispose());
        Assert.True(shares.Min() < 0.01, $"Shares of a core: {string.Join(", ", shares.Select(s => s.ToString(CultureInfo.InvariantCulture)))}");

        TimeSpan Total() => all.Aggregate(TimeSpan.Zero, (sum, process) =>
        {
            process.Refresh();
            return sum + process.TotalProcessorTime;
        });
    }

    private static IEnumerable<(long Source, long Stage)> Allocated(int count)
    {
        for (var i = 0; i < count; i++)
            yield return (GC.GetAllocatedBytesForCurrentThread(), 0);
    }

    private static IEnumerable<(long Source, long Stage)> AllocatedToo(IEnumerable<(long Source, long Stage)> items)
    {
        foreach (var (source, _) in items)
            yield return (source, GC.GetAllocatedBytesForCurrentThread());
    }

    private static IEnumerable<(int First, int Second)> AddProcess(IEnumerable<(int First, int Second)> items)
    {
        foreach (var (_, second) in items)
            yield return (second, Environment.ProcessId);
    }

    private static IEnumerable<(int First, int Second)> ThenWait(Gate gate)
    {
        for (var i = 0; i < 2000; i++)
            yield return (0, 0);
        gate.Pass();
    }
}
