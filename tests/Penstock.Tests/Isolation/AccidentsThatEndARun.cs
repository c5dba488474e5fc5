using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>Whatever happens to a worker process ends the run in a clear error.</summary>
public class AccidentsThatEndARun : AccidentTests
{
    [Theory]
    [MemberData(nameof(All))]
    public Task In_a_source_ends_the_run(Accident kind) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Mishap.Source, new Mishap(kind, Culprit), Options(kind, 1) with { Name = "origin" }).Then(Steps.Pass);
        var (results, exception) = await Outcome(pipeline);
        MustTell(exception, kind, "origin", number: null);
        Assert.Equal(Enumerable.Range(0, results.Count), results);
        Assert.InRange(results.Count, 0, Culprit);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task In_a_stage_ends_the_run(Accident kind) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Enumerable.Range(0, Count)).Then(Mishap.Stage, new Mishap(kind, Culprit), Options(kind, 1) with { Name = "middle" }).Then(Steps.Pass);
        var (results, exception) = await Outcome(pipeline);
        MustTell(exception, kind, "middle", Culprit);
        MustBeAPrefix(results);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Between_other_processes_ends_the_run(Accident kind) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Steps.Count, Count, Beside.Process)
            .Then(Mishap.Stage, new Mishap(kind, Culprit), Options(kind, 1) with { Name = "middle" })
            .Then(Steps.Pass, Beside.Process);
        var (results, exception) = await Outcome(pipeline);
        MustTell(exception, kind, "middle", Culprit);
        MustBeAPrefix(results);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task In_one_of_three_workers_ends_the_run(Accident kind) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Enumerable.Range(0, Count)).Then(Mishap.Stage, new Mishap(kind, Culprit), Options(kind, 3) with { Name = "three" }).Then(Steps.Pass);
        var (results, exception) = await Outcome(pipeline);
        MustTell(exception, kind, "three", Culprit);
        MustBeAPrefix(results);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_start_that_hangs_ends_the_run(bool isSkipping) => Within.Time(async () =>
    {
        var options = Beside.Process with { Name = "model", StartupTimeout = Patience, Faults = isSkipping ? FaultPolicy.Skip : FaultPolicy.Stop };
        var (_, exception) = await Outcome(Pipeline.From([1, 2, 3]).Then(HangAtStart, options));
        var stuck = Assert.IsType<WorkerStuckException>(exception);
        Assert.Contains("'model', worker 0", stuck.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(StageOptions.StartupTimeout), stuck.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_crash_before_the_first_item_ends_the_run_also_under_a_policy() => Within.Time(async () =>
    {
        var options = Beside.Process with { Name = "model", Faults = FaultPolicy.Retry(3) };
        var (_, exception) = await Outcome(Pipeline.From([1, 2, 3]).Then(ExitAtStart, options));
        Assert.Equal((null, 4), (Assert.IsType<WorkerCrashedException>(exception).Number, ((WorkerCrashedException)exception).ExitCode));
    });

    [Fact]
    public Task A_crash_after_the_last_item_ends_the_run() => Within.Time(async () =>
    {
        var (results, exception) = await Outcome(Pipeline.From([1, 2, 3]).Then(ExitAtEnd, Beside.Process with { Name = "late" }));
        Assert.Equal(5, Assert.IsType<WorkerCrashedException>(exception).ExitCode);
        Assert.Equal([1, 2, 3], results);
    });

    private static IEnumerable<int> HangAtStart(IEnumerable<int> items)
    {
        Thread.Sleep(Timeout.Infinite);
        foreach (var item in items)
            yield return item;
    }

    private static IEnumerable<int> ExitAtStart(IEnumerable<int> items)
    {
        Environment.Exit(4);
        return items;
    }

    private static IEnumerable<int> ExitAtEnd(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
        Environment.Exit(5);
    }
}
