using System.Diagnostics;
using System.Runtime.InteropServices;
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
        using var gate = new DistantGate();
        var run = Pipeline.From([0, 1]).Then(StuckOnFirst, gate.Name, Beside.Process).To(xs => xs.ToList()).Start();
        var start = await TerminateAsync(run, gate);
        var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => run.Completion);
        Assert.Equal(("SIGTERM", null, 0L), (crash.Signal, crash.ExitCode, crash.Number));
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0.9, 10);
    });

    [Fact]
    public Task Under_a_policy_another_process_takes_over() => Within.Time(async () =>
    {
        using var gate = new DistantGate();
        var run = Pipeline.From([0, 1]).Then(StuckOnFirst, gate.Name, Beside.Process with { Faults = FaultPolicy.Retry(2) }).To(xs => xs.ToList()).Start();
        await TerminateAsync(run, gate);
        Assert.Equal([0, 1], await run.Completion);
    });

    [Fact]
    public Task A_worker_goes_on_within_its_second() => Within.Time(() => Tries.OneOf(5, async _ =>
    {
        const int count = 10; // they take longer than a death would
        using var gate = new DistantGate();
        var run = Pipeline.From(Enumerable.Range(0, count)).Then(DwellUntilTerminated, gate.Name, Beside.Process).To(xs => xs.ToList()).Start();
        await TerminateAsync(run, gate);
        gate.Open();
        Assert.Equal(Enumerable.Range(0, count), await run.Completion);
    }));

    [Fact]
    public Task One_that_pauses_before_it_tries_again_does_so_when_the_run_drains() => Within.Time(async () =>
    {
        var options = Beside.Process with { Faults = FaultPolicy.Retry(2, TimeSpan.FromSeconds(3)) }; // longer than its second
        var run = Pipeline.From([0, 1]).Then(Mishap.Stage, new Mishap(Accident.Kill, 0, OnlyFirst: true), options).To(xs => xs.ToList()).Start();
        var worker = WorkerOf(run);
        run.LookUntilWorkersAre(1, "pausing");
        await run.UntilWorkersAre(0, "gone"); // else what it has not given yet would stay with it
        var drained = run.DrainAsync();
        Assert.Equal(0, Libc.Kill(worker.ProcessId!.Value, Terminate));
        Assert.Equal([0, 1, 10, 11], await run.Completion);
        await drained;
    });

    // When the worker has its first item.
    private static async Task<long> TerminateAsync(PipelineRun run, DistantGate gate)
    {
        await gate.Arrived;
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(0, Libc.Kill(WorkerOf(run).ProcessId!.Value, Terminate));
        return start;
    }

    private static ProcessWorker WorkerOf(PipelineRun run) => run.Run.Stages.SelectMany(s => s.Workers).OfType<ProcessWorker>().Single();

    private static IEnumerable<int> StuckOnFirst(IEnumerable<int> items, string gate)
    {
        foreach (var item in items)
        {
            if (item == 0 && PipelineContext.Current!.Attempt == 1)
                DistantGate.Pass(gate);
            yield return item;
        }
    }

    private static IEnumerable<int> DwellUntilTerminated(IEnumerable<int> items, string gate)
    {
        using var told = new ManualResetEventSlim();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => told.Set());
        foreach (var item in items)
        {
            if (item == 0)
            {
                DistantGate.Pass(gate);
                told.Wait();
            }

            Thread.Sleep(10); // work
            yield return item;
        }
    }
}
