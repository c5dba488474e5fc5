using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>At any moment: which stage is the limit, which ones starve, which ones are held back.</summary>
public class Promise7SaysWhatItIsDoing
{
    private readonly TestClock clock = new();

    [Fact]
    public Task A_snapshot_shows_where_the_items_are_and_who_waits_for_whom() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Items.Endless, new() { Name = "source", MaxInFlight = 2 })
            .Then(xs => StuckOn(5, xs, gate), new() { Name = "model", MaxInFlight = 3 })
            .To(xs => xs.Take(10).Count(), new() { Name = "sink" })
            .Start(new() { Name = "seen", TimeProvider = clock });
        await gate.Arrived;
        await run.Until(s => s.Stages[0] is { ItemsOut: 7, InFlight: 2 } source && source.Workers[0].Activity is "waiting for a slot" && s.Stages[2] is { ItemsIn: 5 } sink && sink.Workers[0].Activity is "waiting for an item");
        clock.Advance(TimeSpan.FromSeconds(100));

        var snapshot = run.Snapshot();
        var (first, model, last) = (snapshot.Stages[0], snapshot.Stages[1], snapshot.Stages[2]);
        Assert.Equal("seen", snapshot.Name);
        Assert.Equal(TimeSpan.FromSeconds(100), snapshot.Elapsed);
        Assert.Equal(["source", "model", "sink"], snapshot.Stages.Select(s => s.Name));
        Assert.Equal("in user code with item 5", model.Workers[0].Activity);
        Assert.Equal((6, 5, 5), (model.ItemsIn, model.ItemsOut, last.ItemsIn));
        Assert.Equal((7, 2, 2), (first.ItemsOut, first.InFlight, first.MaxInFlight));
        Assert.Equal((1, 3), (model.InFlight, model.MaxInFlight)); // the slot of the item being produced
        Assert.Equal((0, 0), (last.InFlight, last.MaxInFlight));
        Assert.Equal(100, model.Busy.TotalSeconds, tolerance: 0.001);
        Assert.All([model.BusyShare, first.BlockedShare, last.StarvedShare], share => Assert.Equal(1, share, tolerance: 0.001));
        Assert.Equal("model", snapshot.Bottleneck);
        Assert.StartsWith("model is the limit, busy 100 %; source is blocked 100 %", snapshot.Verdict, StringComparison.Ordinal);
        gate.Open();
        await run.Completion;
    });

    [Fact]
    public Task The_verdict_names_workers_that_cost_nothing_to_drop() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(Items.Endless).Then(xs => xs.Select(x => x), new() { Name = "prepare", Workers = 4 }).To(xs => StuckOn(0, xs, gate).Take(3).Count(), new() { Name = "model" }).Start(new() { TimeProvider = clock });
        await gate.Arrived;
        await run.UntilWorkersAre(0, "waiting for a slot");
        await run.UntilWorkersAre(1, "waiting for a slot");
        clock.Advance(TimeSpan.FromSeconds(100));
        var verdict = run.Snapshot().Verdict;
        Assert.StartsWith("model is the limit, busy 100 %", verdict, StringComparison.Ordinal);
        Assert.Contains("prepare is blocked", verdict, StringComparison.Ordinal);
        gate.Open();
        await run.Completion;
    });

    [Fact]
    public Task The_verdict_says_when_the_callers_own_loop_is_the_limit() => Within.Time(async () =>
    {
        PipelineRun? run = null;
        foreach (var item in Pipeline.From(Source).AsEnumerable(new() { TimeProvider = clock, OnStarted = r => run = r }).Take(3))
        {
            await run!.UntilWorkersAre(0, "waiting for a slot");
            clock.Advance(TimeSpan.FromSeconds(item));
        }

        Assert.Contains("the caller's own loop is the limit", run!.Snapshot().Verdict, StringComparison.Ordinal);

        IEnumerable<int> Source()
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Items.Endless().Skip(10);
        }
    });

    [Fact]
    public Task Before_anything_was_measured_it_says_so() => Within.Time(async () =>
    {
        PipelineSnapshot? atStart = null;
        await Pipeline.From([1]).To(Items.Drop).RunAsync(new() { OnStarted = r => atStart = r.Snapshot() });
        Assert.Null(atStart!.Bottleneck);
        Assert.Contains("Nothing has been measured yet", atStart.ToString(), StringComparison.Ordinal);
    });

    [Fact]
    public Task A_finished_run_still_tells_its_story() => Within.Time(async () =>
    {
        var run = Pipeline.From(Enumerable.Range(0, 100)).Then(xs => xs.Select(x => x == 7 ? throw new TestException() : x), new() { Name = "model", Faults = FaultPolicy.Retry(2) }).To(xs => xs.Count()).Start();
        Assert.Equal(99, await run.Completion);
        var snapshot = run.Snapshot();
        var model = snapshot.Stages[1];
        Assert.Equal((100, 99, 2, 1), (model.ItemsIn, model.ItemsOut, model.Restarts, model.DeadLetters));
        Assert.All(snapshot.Stages, s => Assert.Equal(0, s.InFlight));
        Assert.All(snapshot.Stages.SelectMany(s => s.Workers), w => Assert.Equal("gone", w.Activity));
        Assert.Equal(snapshot.Elapsed, run.Snapshot().Elapsed);
    });

    private static IEnumerable<int> StuckOn(int number, IEnumerable<int> items, Gate gate)
    {
        foreach (var item in items)
        {
            if (item == number)
                gate.Pass();
            yield return item;
        }
    }
}
