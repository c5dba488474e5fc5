using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>A batch collects in a process of its own if it is told to.</summary>
public class BatchesInProcesses
{
    private static readonly int[] Numbers = [.. Enumerable.Range(0, 100)];

    [Fact]
    public Task Batches_are_full_but_for_the_last() =>
        Pipeline.From(Numbers).Batch(7, options: Beside.Process).Then(Steps.Pass, Beside.Processes(2)).MustGive(Numbers.Chunk(7));

    [Fact]
    public Task They_are_collected_there_and_so_run_the_operators_behind() => Within.Time(async () =>
    {
        var here = Environment.ProcessId;
        var processes = await Pipeline.From(Numbers).Batch(7, options: Beside.Process).Select(batch => (batch.Length, Environment.ProcessId)).ToListAsync();
        Assert.Equal(Numbers.Chunk(7).Select(b => b.Length), processes.Select(p => p.Length));
        Assert.NotEqual(here, Assert.Single(processes.Select(p => p.ProcessId).Distinct()));
    });

    [Fact]
    public Task A_whole_run_in_processes_batches_there_too() =>
        Pipeline.From(Steps.Count, 100).Batch(9, TimeSpan.FromMinutes(1)).SelectMany(batch => batch).Then(Steps.Add, 1).MustGive(Numbers.Select(x => x + 1), new() { Isolation = Isolation.Process });

    [Fact]
    public Task A_batch_that_has_waited_long_enough_comes_though_it_is_not_full() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var batches = new List<int[]>();
        await foreach (var batch in Pipeline.From(TwoThenWait, gate).Batch(10, TimeSpan.FromMilliseconds(50), Beside.Process).AsAsyncEnumerable())
        {
            batches.Add(batch);
            if (batches.Sum(b => b.Length) == 2)
                gate.Open(); // the source waits for the two
        }

        Assert.Equal([0, 1, 2], batches.SelectMany(b => b));
        Assert.InRange(batches.Count, 2, 3);
    });

    [Fact]
    public Task One_that_is_killed_fails_the_run() => Within.Time(async () =>
    {
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => Pipeline.From(Numbers).Batch(7, options: Beside.Process).Select(Kill).ToListAsync());
        Assert.Equal(("Batch", "SIGKILL"), (crash.Stage, crash.Signal));
    });

    private static IEnumerable<int> TwoThenWait(Gate gate)
    {
        yield return 0;
        yield return 1;
        gate.Pass();
        yield return 2;
    }

    private static int Kill(int[] batch) => Libc.Kill(Environment.ProcessId, 9);
}
