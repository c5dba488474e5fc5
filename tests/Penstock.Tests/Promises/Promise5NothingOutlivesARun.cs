using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>No thread and no memory outlives a run. Measured when nothing else runs.</summary>
[Collection(nameof(Alone))]
public class Promise5NothingOutlivesARun
{
    private readonly TestClock clock = new();
    private readonly Depot depot = new();

    [Fact]
    public Task Ten_thousand_short_runs_leave_no_thread_no_timer_no_item_and_no_memory() => Within.Time(() =>
    {
        var pipeline = Pipeline.From(() => depot.Parcels(20), new() { MaxInFlight = 2 }).Then(xs => xs.Select(x => x)).To(TakeSome);
        var options = new RunOptions { TimeProvider = clock, IdleTimeout = TimeSpan.FromHours(1) };
        Repeat(500);
        var (threads, bytes) = (Threads(), LiveBytes());
        Repeat(10_000);

        Assert.Equal(0, threads);
        Assert.Equal(0, Threads());
        Assert.Equal(0, clock.LiveTimers);
        Assert.DoesNotContain(PipelineRun.Active, r => r.Name.Contains("TakeSome", StringComparison.Ordinal));
        depot.MustHaveEverythingBack();
        Assert.InRange(LiveBytes() - bytes, long.MinValue, 1_000_000);

        void Repeat(int runs)
        {
            for (var i = 0; i < runs; i++)
            {
                if (i % 3 == 2)
                    Assert.Throws<TestException>(() => pipeline.Run(options with { OnStarted = _ => throw new TestException() }));
                else
                    pipeline.Run(options);
            }
        }
    }, limit: TimeSpan.FromMinutes(3));

    [Fact]
    public Task Workers_are_threads_with_names_while_they_live() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var names = new List<string?>();
        var run = Pipeline.From([1, 2, 3]).Then(Note, new() { Name = "Note", Workers = 3 }).To(Items.Drop, new() { Name = "Drop" }).Start();
        await gate.Arrived;
        Assert.Equal(4, Threads(expected: 4)); // the source has ended
        gate.Open();
        await run.Completion;
        Assert.Equal(["Penstock: Note #0", "Penstock: Note #1", "Penstock: Note #2"], names.Order(StringComparer.Ordinal));
        Assert.Equal(0, Threads());

        IEnumerable<int> Note(IEnumerable<int> items)
        {
            lock (names)
                names.Add(Thread.CurrentThread.Name);
            foreach (var item in items)
            {
                gate.Pass();
                yield return item;
            }
        }
    });

    [Fact]
    public Task A_finished_run_keeps_no_item_alive() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(() => Enumerable.Range(0, 10).Select(_ => new object())).Then(xs => xs.Select(x => x), new() { Workers = 2 });
        var (run, item) = await RunOnce(pipeline);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(item.IsAlive);
        Assert.Equal(10, run.Snapshot().Stages[0].ItemsOut);
    });

    [Fact]
    public Task Memory_does_not_grow_with_the_length_of_the_stream() => Within.Time(() =>
    {
        long before = 0;
        var count = 0;
        foreach (var _ in Pipeline.From(() => Items.Endless().Select(i => new byte[100])).Select(x => x, new() { Workers = 2 }).Batch(10).AsEnumerable())
        {
            count++;
            if (count == 1000)
                before = LiveBytes();
            if (count != 20_000)
                continue;
            Assert.InRange(LiveBytes() - before, long.MinValue, 200_000);
            break;
        }
    });

    private static void TakeSome(IEnumerable<Parcel> parcels)
    {
        foreach (var parcel in parcels.Take(10))
            parcel.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(PipelineRun Run, WeakReference Item)> RunOnce(Pipeline<object> pipeline)
    {
        WeakReference? last = null;
        var run = pipeline.To(xs =>
        {
            foreach (var x in xs)
                last = new WeakReference(x);
        }).Start();
        await run.Completion;
        return (run, last!);
    }

    private static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    // A thread needs a moment to get its name, and one to be gone after it has left its worker.
    private static int Threads(int expected = 0)
    {
        if (!OperatingSystem.IsLinux())
            return expected;
        Assert.True(SpinWait.SpinUntil(() => Count() == expected, TimeSpan.FromSeconds(20)), $"Not {expected} workers, but {string.Join(", ", Names())}; runs: {string.Join("; ", PipelineRun.Active.Select(r => r.Snapshot()))}");
        return expected;

        static int Count() => Names().Count();
    }

    private static IEnumerable<string> Names() => Directory.GetDirectories("/proc/self/task").Select(Name).Where(name => name.StartsWith("Penstock: ", StringComparison.Ordinal));

    private static string Name(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd();
        }
        catch (IOException)
        {
            return ""; // it has just gone
        }
    }
}
