using System.Diagnostics;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;
using Penstock.Workers;
using Xunit.Abstractions;

namespace Penstock.Tests.Reliability;

/// <summary>Without a time-out, a worker that does not come back is one with a long item: nothing ends it but the end of the run.</summary>
public class LongItems(ITestOutputHelper output)
{
    private const int Continue = 18; // SIGCONT

    [Fact]
    public Task A_stopped_process_goes_on_when_it_is_continued() => Within.Time(async () =>
    {
        var run = Pipeline.From(Enumerable.Range(0, 20)).Then(Mishap.Stage, new Mishap(Accident.StopSignal, 7), Beside.Process).To(xs => xs.ToList()).Start();
        var worker = Worker(run).ProcessId!.Value;
        Libc.UntilStopped(worker);
        Assert.False(run.Completion.IsCompleted);
        Assert.Equal(0, Libc.Kill(worker, Continue));
        Assert.Equal(Script.Outputs(20), await run.Completion);
    });

    [Theory]
    [InlineData(Accident.Loop)]
    [InlineData(Accident.Sleep)]
    [InlineData(Accident.StopSignal)]
    public Task A_run_that_is_aborted_waits_StopTimeout_for_it(Accident kind) => Within.Time(async () =>
    {
        using var folder = new TemporaryFolder();
        var script = new Script(kind, Moment.MidItem, folder.File("mark"), 0);
        var limit = TimeSpan.FromMilliseconds(500);
        await using var run = Pipeline.From(Enumerable.Range(0, 20)).Then(Script.Stage, script, Beside.Process).To(Items.Drop).Start(new() { StopTimeout = limit });
        await folder.Until("mark");
        Assert.False(run.Completion.IsCompleted);
        var start = Stopwatch.GetTimestamp();
        run.Abort();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.InRange(Stopwatch.GetElapsedTime(start), limit * 0.9, limit + TimeSpan.FromSeconds(13)); // a busy machine may delay it, but the default would be 15
    });

    [Fact]
    public Task A_run_that_has_failed_is_over_within_a_second_after_StopTimeout() => Within.Time(async () =>
    {
        var limit = TimeSpan.FromSeconds(1);
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < 5 && shortest > limit + TimeSpan.FromSeconds(1); i++) // a busy machine does not delay all of them
        {
            var elapsed = await FailWithBusyWorkersAsync(limit);
            Assert.True(elapsed >= limit);
            shortest = elapsed < shortest ? elapsed : shortest;
        }

        output.WriteLine(FormattableString.Invariant($"over {shortest.TotalMilliseconds:F0} ms after the failure, StopTimeout = {limit.TotalMilliseconds:F0} ms"));
        Assert.InRange(shortest, limit, limit + TimeSpan.FromSeconds(1));
    });

    [Fact]
    public Task A_worn_out_process_that_hangs_at_its_exit_is_killed_and_replaced() => Within.Time(async () =>
    {
        var options = Beside.Process with { RecycleAfter = 3 };
        Assert.Equal([1, 2, 3, 4, 5], await Pipeline.From([1, 2, 3, 4, 5]).Then(HangAtExit, options).ToListAsync(new() { StopTimeout = TimeSpan.FromMilliseconds(300) }));
    });

    private static async Task<TimeSpan> FailWithBusyWorkersAsync(TimeSpan stopTimeout)
    {
        using var folder = new TemporaryFolder();
        var failedAt = 0L;
        var run = Pipeline.From(FailWhenBothAreBusy()).Then(Dwell, folder.File("busy"), Beside.Processes(2)).To(Items.Drop).Start(new() { StopTimeout = stopTimeout });
        await Assert.ThrowsAsync<MishapException>(() => run.Completion);
        return Stopwatch.GetElapsedTime(failedAt);

        IEnumerable<int> FailWhenBothAreBusy()
        {
            yield return 0;
            yield return 1;
            folder.Until("busy*", count: 2).Wait();
            failedAt = Stopwatch.GetTimestamp();
            throw new MishapException("while two were busy");
        }
    }

    private static ProcessWorker Worker(PipelineRun run) => run.Run.Stages.SelectMany(s => s.Workers).OfType<ProcessWorker>().Single();

    private static IEnumerable<int> Dwell(IEnumerable<int> items, string file)
    {
        foreach (var item in items)
        {
            Steps.Note(file, "busy");
            Thread.Sleep(TimeSpan.FromMinutes(1)); // work that does not listen
            yield return item;
        }
    }

    private static IEnumerable<int> HangAtExit(IEnumerable<int> items)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Thread.Sleep(Timeout.Infinite);
        foreach (var item in items)
            yield return item;
    }
}
