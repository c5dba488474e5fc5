using System.Collections.Concurrent;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Reliability;

/// <summary>What the matrix leaves out: faults that come again and again.</summary>
public class RepeatedFaults
{
    [Fact]
    public Task A_crash_before_the_first_item_ends_the_run_when_three_processes_in_a_row_have_met_it() => Within.Time(async () =>
    {
        var run = Pipeline.From([1, 2, 3]).Then(ExitAtStart, Beside.Process with { Name = "model", Faults = FaultPolicy.Retry(9) }).To(Items.Drop).Start();
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => run.Completion);
        Assert.Equal((null, 4), (crash.Number, crash.ExitCode));
        Assert.Equal(2, run.Snapshot().Stages[1].Workers[0].Restarts);
    });

    [Theory]
    [InlineData(Accident.Kill)]
    [InlineData(Accident.Exception)]
    public Task An_item_that_is_retried_in_vain_becomes_a_dead_letter(Accident kind) => Within.Time(async () =>
    {
        const int Count = 20, Culprit = 7;
        var letters = new ConcurrentQueue<DeadLetter>();
        var options = Beside.Process with { Faults = FaultPolicy.Retry(3) };
        var results = await Pipeline.From(Enumerable.Range(0, Count)).Then(Mishap.Stage, new Mishap(kind, Culprit), options).ToListAsync(new() { DeadLetter = letters.Enqueue });
        Assert.Equal(Script.Outputs(Count).Where(x => x != Culprit * 10 + 1), results);
        var letter = Assert.Single(letters);
        Assert.Equal((Culprit, Culprit, 3, 1), ((int)letter.Item!, (int)letter.Number, letter.Attempts, letter.Delivered));
    });

    [Theory]
    [InlineData(Accident.Kill)]
    [InlineData(Accident.Exception)]
    public Task A_last_item_that_is_given_up_takes_nothing_with_it_that_comes_behind(Accident kind) => Within.Time(async () =>
    {
        var options = Beside.Process with { Faults = FaultPolicy.Skip };
        var results = await Pipeline.From([1, 2]).Then(WithSummary, new Mishap(kind, 2), options).ToListAsync();
        Assert.Equal([10, 11, 20, -1], results);
    });

    [Fact]
    public Task Many_in_three_workers_without_order_cost_the_culprits_only() => Within.Time(async () =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var options = Beside.Processes(3) with { Ordered = false, Faults = FaultPolicy.Skip };
        var results = await Pipeline.From(Enumerable.Range(0, 60)).Then(KillEveryTenth, options).ToListAsync(new() { DeadLetter = letters.Enqueue });
        Assert.Equal(Enumerable.Range(0, 60).Where(x => x % 10 != 9), results.Order());
        Assert.Equal([9, 19, 29, 39, 49, 59], letters.Select(l => (int)l.Item!).Order());
    });

    private static IEnumerable<int> ExitAtStart(IEnumerable<int> items)
    {
        Environment.Exit(4);
        return items;
    }

    private static IEnumerable<int> WithSummary(IEnumerable<int> items, Mishap mishap)
    {
        foreach (var output in Mishap.Stage(items, mishap))
            yield return output;
        yield return -1;
    }

    private static IEnumerable<int> KillEveryTenth(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            if (item % 10 == 9)
                Accident.Kill.Happen();
            yield return item;
        }
    }
}
