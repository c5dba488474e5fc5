using System.Diagnostics;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using Penstock.Workers;

namespace Penstock.Tests.Reliability;

/// <summary>SIGTERM to a worker alone: the run has a second to take the worker away, then the worker dies of it.</summary>
public class Terminations
{
    private const int Terminate = 15; // SIGTERM

    [Fact]
    public Task The_run_fails_a_second_later_and_says_why() => Within.Time(async () =>
    {
        using var folder = new TemporaryFolder();
        var run = Pipeline.From([0, 1]).Then(Dwell, folder.File("once"), Beside.Process).To(xs => xs.ToList()).Start();
        var start = await TerminateAsync(run, folder);
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => run.Completion);
        Assert.Equal(("SIGTERM", null, 0L), (crash.Signal, crash.ExitCode, crash.Number));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 10);
    });

    [Fact]
    public Task Under_a_policy_another_process_takes_over() => Within.Time(async () =>
    {
        using var folder = new TemporaryFolder();
        var run = Pipeline.From([0, 1]).Then(Dwell, folder.File("once"), Beside.Process with { Faults = FaultPolicy.Retry(2) }).To(xs => xs.ToList()).Start();
        await TerminateAsync(run, folder);
        Assert.Equal([0, 1], await run.Completion);
    });

    [Fact]
    public Task A_worker_goes_on_within_its_second() => Within.Time(async () =>
    {
        using var folder = new TemporaryFolder();
        var run = Pipeline.From([0, 1]).Then(DwellUntilTold, folder.File("once"), Beside.Process).To(xs => xs.ToList()).Start();
        await TerminateAsync(run, folder);
        await File.WriteAllTextAsync(folder.File("once-told"), "");
        Assert.Equal([0, 1], await run.Completion);
    });

    [Fact]
    public Task One_that_pauses_before_it_tries_again_does_so_when_the_run_drains() => Within.Time(async () =>
    {
        var options = Beside.Process with { Faults = FaultPolicy.Retry(2, TimeSpan.FromSeconds(3)) }; // longer than its second
        var run = Pipeline.From([0, 1]).Then(Mishap.Stage, new Mishap(Accident.Kill, 0, OnlyFirst: true), options).To(xs => xs.ToList()).Start();
        var worker = WorkerOf(run);
        await Task.Run(() => Assert.True(SpinWait.SpinUntil(() => worker.Times.State == WorkerState.Pausing, 60_000)));
        await run.UntilWorkersAre(0, "gone"); // else what it has not given yet would stay with it
        var drained = run.DrainAsync();
        Assert.Equal(0, Libc.Kill(worker.ProcessId!.Value, Terminate));
        Assert.Equal([0, 1, 10, 11], await run.Completion);
        await drained;
    });

    // When the worker has its first item.
    private static async Task<long> TerminateAsync(PipelineRun run, TemporaryFolder folder)
    {
        await Task.Run(() => Assert.True(SpinWait.SpinUntil(() => folder.Count("once") == 1, 60_000)));
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(0, Libc.Kill(WorkerOf(run).ProcessId!.Value, Terminate));
        return start;
    }

    private static ProcessWorker WorkerOf(PipelineRun run) => run.Run.Stages.SelectMany(s => s.Workers).OfType<ProcessWorker>().Single();

    private static IEnumerable<int> Dwell(IEnumerable<int> items, string file) => WorkOnFirst(items, file, () => Thread.Sleep(TimeSpan.FromMinutes(1)));

    private static IEnumerable<int> DwellUntilTold(IEnumerable<int> items, string file) => WorkOnFirst(items, file, () => SpinWait.SpinUntil(() => File.Exists($"{file}-told")));

    private static IEnumerable<int> WorkOnFirst(IEnumerable<int> items, string file, Action work)
    {
        foreach (var item in items)
        {
            if (!File.Exists(file))
            {
                File.WriteAllText(file, "");
                work();
            }

            yield return item;
        }
    }
}
