using System.Diagnostics;
using Penstock.Processes;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using Penstock.Workers;

namespace Penstock.Tests.Reliability;

/// <summary>Without a time-out, a worker that does not come back is one with a long item: nothing ends it but the end of the run.</summary>
public class LongItems
{
    private const int Continue = 18; // SIGCONT

    [Fact]
    public Task A_stopped_process_goes_on_when_it_is_continued() => Within.Time(async () =>
    {
        var run = Pipeline.From(Enumerable.Range(0, 20)).Then(Mishap.Stage, new Mishap(Accident.StopSignal, 7), Beside.Process).To(xs => xs.ToList()).Start();
        var worker = Worker(run);
        Assert.True(SpinWait.SpinUntil(() => worker.ProcessId is { } id && ProcessStatus.IsStopped(id), 20_000));
        Assert.False(run.Completion.IsCompleted);
        Assert.Equal(0, Libc.Kill(worker.ProcessId!.Value, Continue));
        Assert.Equal(Script.Outputs(20), await run.Completion);
    });

    [Theory]
    [InlineData(Accident.Loop)]
    [InlineData(Accident.Sleep)]
    [InlineData(Accident.StopSignal)]
    public Task A_run_that_is_aborted_waits_StopTimeout_for_it(Accident kind) => Within.Time(async () =>
    {
        using var arrived = new Gate();
        var limit = TimeSpan.FromMilliseconds(500);
        await using var run = Pipeline.From([0, 1]).Then(Mishap.Stage, new Mishap(kind, 0), Beside.Process).To(xs => Pass(xs, arrived)).Start(new() { StopTimeout = limit });
        await arrived.Arrived; // so the accident is next
        arrived.Open();
        var start = Stopwatch.GetTimestamp();
        run.Abort();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.InRange(Stopwatch.GetElapsedTime(start), limit * 0.9, limit + TimeSpan.FromSeconds(5));
    });

    [Fact]
    public Task A_worn_out_process_that_hangs_at_its_exit_is_killed_and_replaced() => Within.Time(async () =>
    {
        var options = Beside.Process with { RecycleAfter = 3 };
        Assert.Equal([1, 2, 3, 4, 5], await Pipeline.From([1, 2, 3, 4, 5]).Then(HangAtExit, options).ToListAsync(new() { StopTimeout = TimeSpan.FromMilliseconds(300) }));
    });

    private static ProcessWorker Worker(PipelineRun run) => run.Run.Stages.SelectMany(s => s.Workers).OfType<ProcessWorker>().Single();

    private static IEnumerable<int> HangAtExit(IEnumerable<int> items)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Thread.Sleep(Timeout.Infinite);
        foreach (var item in items)
            yield return item;
    }

    private static void Pass(IEnumerable<int> items, Gate gate)
    {
        foreach (var _ in items)
            gate.Pass();
    }
}
