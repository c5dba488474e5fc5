using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>A snapshot shows workers in processes as it shows all others.</summary>
public class Promise7SaysWhatItIsDoingAcrossProcesses
{
    [Fact]
    public Task A_snapshot_shows_where_the_items_are_and_who_waits_for_whom() => Within.Time(async () =>
    {
        using var gate = new DistantGate();
        await using var run = Pipeline.From(Steps.CountUp, Beside.Process with { Name = "source", MaxInFlight = 2 })
            .Then(StuckOnFive, gate.Name, Beside.Process with { Name = "model", MaxInFlight = 3 })
            .Then(Steps.Pass, Beside.Process with { Name = "behind" })
            .To(xs => xs.Take(10).Count(), new() { Name = "sink" }).Start();
        await gate.Arrived;
        run.LookUntil(s => s.Stages[0] is { ItemsOut: 7, InFlight: 2 } source && source.Workers[0].Activity is "waiting for a slot"
            && s.Stages[2] is { ItemsIn: 5 } behind && behind.Workers[0].Activity is "waiting for an item" && s.Stages[3].ItemsIn == 5);

        var snapshot = run.Snapshot();
        var model = snapshot.Stages[1];
        Assert.Equal(["source", "model", "behind", "sink"], snapshot.Stages.Select(s => s.Name));
        Assert.Equal("in user code with item 5", model.Workers[0].Activity);
        Assert.Equal((6, 5, 5), (model.ItemsIn, model.ItemsOut, snapshot.Stages[2].ItemsOut));
        Assert.Equal((1, 3), (model.InFlight, model.MaxInFlight)); // the slot of the item being produced

        // The longer it is stuck, the clearer it is who holds up whom.
        run.LookUntil(s => s.Bottleneck is "model" && s.Stages[1].BusyShare > 0.6 && s.Stages[0].BlockedShare > 0.6 && s.Stages[2].StarvedShare > 0.6);
        Assert.StartsWith("model is the limit", run.Snapshot().Verdict, StringComparison.Ordinal);
        gate.Open();
        Assert.Equal(10, await run.Completion);
    });

    [Fact]
    public Task A_finished_run_still_tells_its_story() => Within.Time(async () =>
    {
        var run = Pipeline.From(Steps.Count, 100, Beside.Process).Then(FailAtSeven, Beside.Process with { Name = "model", Faults = FaultPolicy.Retry(2) }).To(xs => xs.Count()).Start();
        Assert.Equal(99, await run.Completion);
        var snapshot = run.Snapshot();
        var model = snapshot.Stages[1];
        Assert.Equal((100, 99, 2, 1), (model.ItemsIn, model.ItemsOut, model.Restarts, model.DeadLetters));
        Assert.All(snapshot.Stages, s => Assert.Equal(0, s.InFlight));
        Assert.All(snapshot.Stages.SelectMany(s => s.Workers), w => Assert.Equal("gone", w.Activity));
        Assert.Equal(snapshot.Elapsed, run.Snapshot().Elapsed);
    });

    private static IEnumerable<int> StuckOnFive(IEnumerable<int> items, string gate)
    {
        foreach (var item in items)
        {
            if (item == 5)
                DistantGate.Pass(gate);
            yield return item;
        }
    }

    private static IEnumerable<int> FailAtSeven(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item == 7 ? throw new MishapException("seven") : item;
    }
}
