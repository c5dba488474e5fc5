using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Fusing: lock-step between two synchronous single workers is plain composition, on one thread.</summary>
public class Rule07Fusing
{
    private static readonly StageOptions LockStep = new() { MaxInFlight = 1 };

    [Fact]
    public Task Neighbours_with_one_item_between_them_share_a_thread_and_a_row() => Within.Time(async () =>
    {
        var (threads, rows) = await Run(LockStep, new() { Name = "Middle" });
        Assert.Equal(threads[0], threads[1]);
        Assert.Equal(["First+Middle", "Last"], rows);
    });

    [Fact]
    public Task A_whole_pipeline_in_lock_step_is_one_row_and_one_thread() => Within.Time(async () =>
    {
        var (threads, rows) = await Run(LockStep, new() { Name = "Middle", MaxInFlight = 1 });
        Assert.Single(threads.Distinct());
        Assert.Equal(["First+Middle+Last"], rows);
    });

    [Fact]
    public Task Lock_step_produces_each_item_only_when_it_is_asked_for() => Within.Time(async () =>
    {
        var log = new List<string>();
        await Pipeline.From(Produce, LockStep).Then(Pass, LockStep).To(Consume).RunAsync();
        Assert.Equal(["made 0", "passed 0", "took 0", "made 1", "passed 1", "took 1"], log);

        IEnumerable<int> Produce()
        {
            for (var i = 0; i < 2; i++)
            {
                log.Add($"made {i}");
                yield return i;
            }
        }

        IEnumerable<int> Pass(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                log.Add($"passed {item}");
                yield return item;
            }
        }

        void Consume(IEnumerable<int> items)
        {
            foreach (var item in items)
                log.Add($"took {item}");
        }
    });

    public static TheoryData<string, StageOptions> NotFused => new()
    {
        { "two in flight", new() { MaxInFlight = 2 } },
        { "a limit in bytes", LockStep with { MaxInFlightBytes = 100, SizeOf = _ => 1 } },
        { "an item time-out", LockStep with { ItemTimeout = TimeSpan.FromMinutes(1) } },
        { "a start-up time-out", LockStep with { StartupTimeout = TimeSpan.FromMinutes(1) } },
    };

    [Theory]
    [MemberData(nameof(NotFused))]
    public Task Anything_between_them_keeps_them_apart(string what, StageOptions first) => Within.Time(async () =>
    {
        var (threads, rows) = await Run(first, new() { Name = "Middle" });
        Assert.True(threads[0] != threads[1], what);
        Assert.Equal(["First", "Middle", "Last"], rows);
    });

    public static TheoryData<string, StageOptions> NotFusedBehind => new()
    {
        { "several workers", new() { Workers = 2 } },
        { "a policy", new() { Faults = FaultPolicy.Skip } },
        { "an item time-out", new() { ItemTimeout = TimeSpan.FromMinutes(1) } },
    };

    [Theory]
    [MemberData(nameof(NotFusedBehind))]
    public Task A_next_stage_that_needs_more_keeps_them_apart(string what, StageOptions second) => Within.Time(async () =>
    {
        var (threads, rows) = await Run(LockStep, second with { Name = "Middle" });
        Assert.True(threads[0] != threads[1], what);
        Assert.Equal(["First", "Middle", "Last"], rows);
    });

    [Fact]
    public Task Asynchronous_stages_are_not_fused() => Within.Time(async () =>
    {
        var run = Pipeline.From([1, 2], LockStep with { Name = "First" }).Select(async x => await Task.FromResult(x)).To(xs => xs.Count(), new() { Name = "Last" }).Start();
        Assert.Equal(2, await run.Completion);
        Assert.Equal(["First", "Select", "Last"], run.Snapshot().Stages.Select(s => s.Name));
    });

    [Fact]
    public Task An_exception_inside_a_fused_group_names_a_stage() => Within.Time(async () =>
    {
        var failed = await Assert.ThrowsAsync<TestException>(() =>
            Pipeline.From(() => Items.ThenFail(3, new TestException()), LockStep with { Name = "First" }).To(Items.Drop).RunAsync());
        Assert.Contains("First", Assert.IsType<string>(failed.Data["Penstock.Stage"]), StringComparison.Ordinal);
    });

    private static async Task<(int[] Threads, string[] Rows)> Run(StageOptions first, StageOptions second)
    {
        var threads = new int[3];
        var run = Pipeline.From(() => Note(0, Enumerable.Range(0, 10)), first with { Name = "First" })
            .Then(xs => Note(1, xs), second)
            .To(xs => Items.Drop(Note(2, xs)), new() { Name = "Last" })
            .Start();
        await run.Completion;
        return (threads, [.. run.Snapshot().Stages.Select(s => s.Name)]);

        IEnumerable<int> Note(int place, IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                threads[place] = Environment.CurrentManagedThreadId;
                yield return item;
            }
        }
    }
}
