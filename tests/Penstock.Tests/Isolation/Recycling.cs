using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>Processes that others follow after so many items, as agreed.</summary>
public class Recycling
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task One_that_dies_in_its_last_block_fails_the_run_and_blames_no_item(bool skips) => Within.Time(async () =>
    {
        var letters = new List<DeadLetter>();
        var options = Beside.Process with { RecycleAfter = 2, Faults = skips ? FaultPolicy.Skip : FaultPolicy.Stop };
        var run = Pipeline.From(Enumerable.Range(0, 6)).Then(DieAtTheEnd, options).ToListAsync(new() { DeadLetter = letters.Add });
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => run);
        Assert.Equal("SIGKILL", crash.Signal);
        Assert.Empty(letters);
    });

    [Fact]
    public Task One_that_dies_in_a_last_block_after_its_item_failed_is_judged_by_the_policy() => Within.Time(async () =>
    {
        var letters = new List<DeadLetter>();
        var options = Beside.Process with { RecycleAfter = 1, Faults = FaultPolicy.Skip };
        Assert.Equal([0, 2], await Pipeline.From(Enumerable.Range(0, 3)).Then(FailAndDie, options).ToListAsync(new() { DeadLetter = letters.Add }));
        Assert.Equal(1L, Assert.Single(letters).Number);
    });

    [Fact]
    public Task Time_goes_on_being_counted_in_the_next_one() => Within.Time(async () =>
    {
        using var gate = new DistantGate();
        var run = Pipeline.From(Enumerable.Range(0, 6)).Then(StopAtFour, gate.Name, Beside.Process with { RecycleAfter = 3 }).To(xs => xs.Count()).Start();
        await gate.Arrived;
        var before = run.Snapshot().Stages[1].Busy;
        run.LookUntil(s => s.Stages[1].Busy > before);
        gate.Open();
        Assert.Equal(6, await run.Completion);
    });

    private static IEnumerable<int> DieAtTheEnd(IEnumerable<int> items)
    {
        try
        {
            foreach (var item in items)
                yield return item;
        }
        finally
        {
            _ = Libc.Kill(Environment.ProcessId, 9);
        }
    }

    private static IEnumerable<int> FailAndDie(IEnumerable<int> items)
    {
        var hasFailed = false;
        try
        {
            foreach (var item in items)
            {
                hasFailed = item == 1;
                yield return hasFailed ? throw new FormatException("one") : item;
            }
        }
        finally
        {
            if (hasFailed)
                _ = Libc.Kill(Environment.ProcessId, 9);
        }
    }

    private static IEnumerable<int> StopAtFour(IEnumerable<int> items, string gate)
    {
        foreach (var item in items)
        {
            if (item == 4)
                DistantGate.Pass(gate);
            yield return item;
        }
    }
}
