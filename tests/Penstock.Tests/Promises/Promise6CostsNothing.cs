using System.Diagnostics;
using System.Globalization;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>No polling loops, no allocation per item in the engine. Measured when nothing else runs.</summary>
[Collection(nameof(Alone))]
public class Promise6CostsNothing
{
    private const int Short = 50_000;
    private const int Long = 250_000;

    private static readonly StageOptions None = new() { Isolation = Isolation.None };

    public static TheoryData<int, int> Shapes => new() { { 1, 1 }, { 1, 2 }, { 1, 64 }, { 3, 8 }, { 3, 64 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task Threads_allocate_nothing_an_item(int workers, int maxInFlight) => Within.Time(() =>
    {
        var link = new StageOptions { MaxInFlight = maxInFlight };
        MustNotGrow(count => Pipeline.From(Count, count, link).Then(Same, link with { Workers = workers }).To(Items.Drop).Run());
    });

    [Fact]
    public Task Unordered_workers_allocate_nothing_an_item() => Within.Time(() =>
        MustNotGrow(count => Pipeline.From(Count, count).Then(Same, new() { Workers = 3, Ordered = false }).To(Items.Drop).Run()));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task Stages_without_threads_allocate_nothing_an_item(int workers) => Within.Time(() =>
        MustNotGrow(count => Pipeline.From(Count, count, None).Then(Same, None with { Workers = workers }).To(Items.Drop).Run()));

    [Fact]
    public Task Threads_that_help_workers_without_any_allocate_nothing_an_item() => Within.Time(() =>
    {
        var link = None with { MaxInFlight = 4 };
        MustNotGrow(count => Pipeline.From(Count, count, link).Then(Same, link with { Workers = 4 }).To(Items.Drop).Run(new() { CreateStaffing = Staffings.All["one helper"] }));
    });

    [Theory]
    [InlineData("the consumer alone", 4)]
    [InlineData("one helper", 4)]
    [InlineData("one helper", 64)]
    public Task A_task_that_consumes_what_workers_without_threads_make_allocates_nothing_an_item(string crew, int maxInFlight) => Within.Time(() =>
    {
        var link = None with { MaxInFlight = maxInFlight };
        MustNotGrow(count => Pipeline.From(Count, count, link).Then(Same, link with { Workers = 4 }).To(DropAsync).Run(new() { CreateStaffing = Staffings.All[crew] }));
    });

    [Fact]
    public Task A_limit_in_bytes_allocates_nothing_an_item() => Within.Time(() =>
    {
        var text = "the same for all";
        MustNotGrow(count => Pipeline.From(() => Count(count).Select(_ => text), new() { MaxInFlightBytes = 100 }).To(Items.Drop).Run());
    });

    [Fact]
    public Task The_caller_who_reads_results_allocates_nothing_an_item() => Within.Time(() =>
        MustNotGrow(count => Items.Drop(Pipeline.From(Count, count).Then(Same).AsEnumerable())));

    [Fact]
    public Task A_policy_that_is_not_needed_allocates_nothing_an_item() => Within.Time(() =>
        MustNotGrow(count => Pipeline.From(Count, count).Then(Same, new() { Faults = FaultPolicy.Retry(3) }).To(Items.Drop).Run()));

    [Theory]
    [InlineData("no token")]
    [InlineData("the worker's")]
    [InlineData("its own")]
    public Task A_token_with_which_an_asynchronous_stage_reads_allocates_nothing_an_item(string token) => Within.Time(() =>
    {
        // Where nobody waits: a wait costs an entry in the queue of the thread pool.
        using var own = new CancellationTokenSource();
        MustNotGrow(count => Pipeline.From(Count, count).Then(Read).To(Items.Drop).Run(new() { Execution = Execution.Sequential }));

        IAsyncEnumerable<int> Read(IAsyncEnumerable<int> items, CancellationToken stopping) => SameAsync(items, token switch
        {
            "its own" => own.Token,
            "the worker's" => stopping,
            _ => null,
        });
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task A_run_that_waits_for_its_source_uses_less_than_a_hundredth_of_a_core(int workers) => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(ThenWait, gate).Then(Same, new() { Workers = workers }).Select(async x => await Task.FromResult(x), new() { Workers = 50 }).To(xs => xs.Count()).Start();
        await gate.Arrived;
        await MustBeIdle();
        gate.Open();
        Assert.Equal(2000, await run.Completion);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task A_run_without_threads_that_waits_for_its_source_uses_less_than_a_hundredth_of_a_core(int workers) => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(ThenWait, gate, None).Then(Same, None with { Workers = workers }).To(xs => xs.Count()).Start();
        await gate.Arrived;
        await MustBeIdle();
        gate.Open();
        Assert.Equal(2000, await run.Completion);
    });

    [Fact]
    public Task A_task_that_waits_for_workers_without_threads_uses_less_than_a_hundredth_of_a_core() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(ThenWait, gate, None).Then(Same, None with { Workers = 4 }).To(DropAsync).Start();
        await gate.Arrived;
        await MustBeIdle();
        gate.Open();
        await run.Completion;
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task A_run_that_waits_for_its_sink_uses_less_than_a_hundredth_of_a_core(int workers) => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Count, 5000).Then(Same, new() { Workers = workers }).To(StuckAt2000, gate).Start();
        await gate.Arrived;
        await MustBeIdle();
        gate.Open();
        await run.Completion;
    });

    [Fact]
    public Task A_run_without_threads_that_waits_for_a_long_item_uses_less_than_a_hundredth_of_a_core() => Within.Time(async () =>
    {
        var narrow = None with { MaxInFlight = 16 };
        using var gate = new Gate();
        var (made, isStuck) = (0, 0);
        var run = Pipeline.From(Produce, narrow).Then(xs => xs.Select(Stick), narrow with { Name = "crew", Workers = 4 }).To(xs => xs.Count()).Start(new() { CreateStaffing = Staffings.All["one helper"] });
        await gate.Arrived;
        await MustBeIdle();
        gate.Open();
        var count = await run.Completion;
        Assert.Equal(made, count);

        IEnumerable<int> Produce()
        {
            while (made < 5000 || Volatile.Read(ref isStuck) == 0)
                yield return ++made;
        }

        // A helper is; the others fill the slots and have nothing to do then.
        int Stick(int item)
        {
            if (Thread.CurrentThread.Name!.StartsWith("Penstock: crew", StringComparison.Ordinal) && Interlocked.Exchange(ref isStuck, 1) == 0)
                gate.Pass();
            return item;
        }
    });

    [Fact]
    public Task A_fused_chain_costs_about_as_much_as_nested_generators() => Within.Time(() =>
    {
        // The benchmark holds it to twice; a test machine, busy and without optimisation, is given more room.
        const int count = 1_000_000;
        var lockStep = new StageOptions { MaxInFlight = 1 };
        var fused = Pipeline.From(Count, count, lockStep).Then(Same, lockStep).Then(Same, lockStep).To(Items.Drop);
        var ratios = Enumerable.Range(0, 7).Select(_ => Time(() => fused.Run()) / Time(() => Items.Drop(Same(Same(Count(count))))));
        Assert.InRange(ratios.Min(), 0, 4);

        static double Time(Action action)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    });

    // What a run costs is the same for both lengths, so the difference is what the items cost. The best of some tries: tiered
    // compilation and other threads of the process also allocate.
    private static void MustNotGrow(Action<int> run)
    {
        run(Short);
        var differences = Enumerable.Range(0, 5).Select(_ => Allocated(Long) - Allocated(Short)).ToList();
        Assert.True(differences.Min() < 20_000, $"{Long - Short} items more allocate {string.Join(", ", differences)} bytes more.");

        long Allocated(int count)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            run(count);
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }
    }

    // The runtime may still compile what ran before, this test or others, for many seconds; whoever polls does so in all of them.
    private static async Task MustBeIdle()
    {
        var seconds = new List<(double Share, long WakeUps)>();
        for (var i = 0; i < 30 && !seconds.Exists(IsIdle); i++)
        {
            var (start, before, wakeUps) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, WakeUps());
            await Task.Delay(1000);
            seconds.Add(((Environment.CpuUsage.TotalTime - before) / Stopwatch.GetElapsedTime(start), WakeUps() - wakeUps));
        }

        Assert.True(seconds.Exists(IsIdle), $"Shares of a core, and wake-ups, in each second: {string.Join(", ", seconds)}");

        static bool IsIdle((double Share, long WakeUps) second) => second is { Share: < 0.01, WakeUps: 0 };
    }

    // Of the engine's threads.
    private static long WakeUps() => OperatingSystem.IsLinux() ? Directory.GetDirectories("/proc/self/task").Sum(WakeUpsOf) : 0;

    private static long WakeUpsOf(string thread)
    {
        try
        {
            if (!File.ReadAllText($"{thread}/comm").StartsWith("Penstock", StringComparison.Ordinal))
                return 0;
            var line = File.ReadAllLines($"{thread}/status").First(static l => l.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal));
            return long.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has ended
        }
    }

    private static IEnumerable<int> Count(int count)
    {
        for (var i = 0; i < count; i++)
            yield return i;
    }

    private static IEnumerable<int> Same(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }

    private static async Task DropAsync(IAsyncEnumerable<int> items)
    {
        await foreach (var _ in items)
        {
        }
    }

    private static async IAsyncEnumerable<int> SameAsync(IAsyncEnumerable<int> items, CancellationToken? token)
    {
        await foreach (var item in items.WithCancellation(token ?? default))
            yield return item;
    }

    private static IEnumerable<int> ThenWait(Gate gate)
    {
        foreach (var item in Count(2000))
            yield return item;
        gate.Pass();
    }

    private static void StuckAt2000(IEnumerable<int> items, Gate gate)
    {
        foreach (var item in items)
        {
            if (item == 2000)
                gate.Pass();
        }
    }
}
