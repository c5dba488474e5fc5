using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Tracking;

/// <summary>The same where items pass through other processes: nobody there counts descendants, so the slots tell.</summary>
public class TrackedAcrossProcesses
{
    private static readonly RunOptions Quiet = new() { DeadLetter = _ => { } };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(9, 3)]
    public Task Each_is_settled_once_behind_all_that_it_became(int maxInFlight, int workers) => Within.Time(async () =>
    {
        var office = new Office(maxInFlight, Enumerable.Range(0, 200)).Closed();
        await office.Work(items => items
            .Then(Steps.Twice, Beside.Processes(workers))
            .Then(Steps.Add, 1, Beside.Process)
            .Select(n => n, new() { Workers = 2 })
            .Then(Steps.Twice, Beside.Process)).RunAsync(Quiet);
        Assert.Equal(Enumerable.Range(0, 200), office.Done);
        Assert.All(office.Delivered, d => Assert.Equal(4, d.Value.Count));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task What_a_process_filters_out_is_done(int maxInFlight) => Within.Time(async () =>
    {
        var office = new Office(maxInFlight, Enumerable.Range(0, 90)).Closed();
        await office.Work(items => items.Then(Steps.DropThirds, Beside.Process)).RunAsync(Quiet);
        Assert.Equal(Enumerable.Range(0, 90), office.Done);
        Assert.Equal(60, office.Delivered.Count);
    });

    [Fact]
    public Task An_item_whose_process_dies_fails_alone() => Within.Time(async () =>
    {
        var office = new Office(3, Enumerable.Range(0, 30)).Closed();
        await office.Work(items => items.Then(Steps.Pass).Then(DieOnTen, Beside.Process).Then(Steps.Twice)).RunAsync(Quiet);
        Assert.Equal([10], office.Failed);
        Assert.Equal("SIGKILL", Assert.IsType<WorkerCrashedException>(office.Settled[10]).Signal);
        Assert.Equal(29, office.Done.Count());
    });

    [Fact]
    public Task A_part_whose_process_dies_fails_its_item_alone() => Within.Time(async () =>
    {
        var office = new Office(4, Enumerable.Range(0, 12)).Closed();
        await office.Work(items => items.ScatterGather(
            n => Enumerable.Range(n * 5, 5),
            parts => parts.Then(DieOnTen, Beside.Processes(2)).Select(p => p),
            (n, parts) => parts.Count,
            maxOpen: 3)).RunAsync(Quiet);
        Assert.Equal([2], office.Failed);
        Assert.IsType<WorkerCrashedException>(office.Settled[2]);
        Assert.Equal(11, office.Done.Count());
        Assert.All(office.Delivered, d => Assert.Equal(5, Assert.Single(d.Value)));
    });

    [Fact]
    public Task A_failure_is_told_at_once_though_other_parts_are_still_worked_on() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var office = new Office(1, [0]).Closed();
        var run = office.Work(items => items.ScatterGather(
            _ => (int[])[1, 10],
            parts => parts.Then(DieOnTen, Beside.Process).Select(p => Waiting(p), new() { Workers = 2 }),
            (_, parts) => parts.Count)).RunAsync(Quiet);
        await gate.Arrived;
        await office.UntilFailed(0);
        Assert.Empty(office.Settled);
        gate.Open();
        await run;
        Assert.Equal([0], office.Failed);
        Assert.Empty(office.Delivered);

        int Waiting(int part)
        {
            gate.Pass();
            return part;
        }
    });

    [Fact]
    public Task A_batch_in_a_process_never_waits_for_items_that_may_not_come() => Within.Time(async () =>
    {
        var office = new Office(1, Enumerable.Range(0, 10)).Closed();
        await office.Work(items => items.Then(Steps.Twice).Batch(8)).RunAsync(Quiet with { Isolation = Isolation.Process });
        Assert.Equal(Enumerable.Range(0, 10), office.Done);
        Assert.All(office.Delivered, d => Assert.Equal(2, d.Value.Sum(b => ((int[])b!).Length)));
    });

    internal static IEnumerable<int> DieOnTen(IEnumerable<int> items)
    {
        foreach (var n in items)
        {
            if (n == 10)
                Accident.Kill.Happen();
            yield return n;
        }
    }
}
