using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>Whatever happens to a worker process ends in a clear error or, under a policy, costs no item but the culprit.</summary>
public class Accidents
{
    private const int Count = 20;
    private const int Culprit = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static TheoryData<Accident> All => [.. Enum.GetValues<Accident>()];

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
    [MemberData(nameof(All))]
    public Task Skipped_in_a_stage_costs_one_item(Accident kind) => MustSkip(kind, workers: 1, Isolation.Thread);

    [Theory]
    [MemberData(nameof(All))]
    public Task Skipped_in_one_of_three_workers_costs_one_item(Accident kind) => MustSkip(kind, workers: 3, Isolation.Thread);

    [Theory]
    [InlineData(Accident.Kill)]
    [InlineData(Accident.ExitZero)]
    public Task Skipped_between_other_processes_costs_one_item(Accident kind) => MustSkip(kind, workers: 2, Isolation.Process);

    [Theory]
    [MemberData(nameof(All))]
    public Task Retried_in_a_stage_costs_nothing(Accident kind) => MustRetry(kind, workers: 1, Isolation.Thread);

    [Theory]
    [MemberData(nameof(All))]
    public Task Retried_in_one_of_three_workers_costs_nothing(Accident kind) => MustRetry(kind, workers: 3, Isolation.Thread);

    [Theory]
    [InlineData(Accident.Kill)]
    [InlineData(Accident.ExitThree)]
    public Task Retried_between_other_processes_costs_nothing(Accident kind) => MustRetry(kind, workers: 2, Isolation.Process);

    [Theory]
    [InlineData(Accident.Kill)]
    [InlineData(Accident.Exception)]
    public Task Retried_in_vain_becomes_a_dead_letter(Accident kind) => Within.Time(async () =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var options = Options(kind, 1) with { Faults = FaultPolicy.Retry(3) };
        var results = await Pipeline.From(Enumerable.Range(0, Count)).Then(Mishap.Stage, new Mishap(kind, Culprit), options).ToListAsync(new() { DeadLetter = letters.Enqueue });
        Assert.Equal(Mishap.Outputs(Count).Where(x => x != Culprit * 10 + 1), results);
        var letter = Assert.Single(letters);
        Assert.Equal((Culprit, Culprit, 3, 1), ((int)letter.Item!, (int)letter.Number, letter.Attempts, letter.Delivered));
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

    private static Task MustSkip(Accident kind, int workers, Isolation neighbours) => Within.Time(async () =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var options = Options(kind, workers) with { Name = "middle", Faults = FaultPolicy.Skip };
        var pipeline = Pipeline.From(Steps.Count, Count, new() { Isolation = neighbours })
            .Then(Mishap.Stage, new Mishap(kind, Culprit), options)
            .Then(Steps.Pass, new() { Isolation = neighbours });
        var results = await pipeline.ToListAsync(new() { DeadLetter = letters.Enqueue });
        Assert.Equal(Mishap.Outputs(Count).Where(x => x != Culprit * 10 + 1), results);
        var letter = Assert.Single(letters);
        Assert.Equal(("middle", Culprit, Culprit, 1, 1), (letter.Stage, (int)letter.Item!, (int)letter.Number, letter.Attempts, letter.Delivered));
        MustTell(letter.Exception, kind, "middle", Culprit);
    });

    private static Task MustRetry(Accident kind, int workers, Isolation neighbours) => Within.Time(async () =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var pipeline = Pipeline.From(Steps.Count, Count, new() { Isolation = neighbours })
            .Then(Mishap.Stage, new Mishap(kind, Culprit, OnlyFirst: true), Options(kind, workers) with { Faults = FaultPolicy.Retry(2) })
            .Then(Steps.Pass, new() { Isolation = neighbours });
        Assert.Equal(Mishap.Outputs(Count), await pipeline.ToListAsync(new() { DeadLetter = letters.Enqueue }));
        Assert.Empty(letters);
    });

    private static StageOptions Options(Accident kind, int workers) =>
        Beside.Processes(workers) with { ItemTimeout = Mishap.IsStuck(kind) ? Patience : null };

    private static async Task<(List<int> Results, Exception Exception)> Outcome(Pipeline<int> pipeline)
    {
        var results = new List<int>();
        var exception = await Record.ExceptionAsync(async () =>
        {
            await foreach (var item in pipeline.AsAsyncEnumerable())
                results.Add(item);
        });
        Assert.NotNull(exception);
        return (results, exception);
    }

    private static void MustTell(Exception exception, Accident kind, string stage, long? number)
    {
        if (kind == Accident.Exception)
        {
            Assert.Equal("something happened", Assert.IsType<MishapException>(exception).Message);
            Assert.Contains(nameof(Mishap), exception.StackTrace, StringComparison.Ordinal);
            return;
        }

        if (Mishap.IsStuck(kind))
        {
            Assert.Contains($"'{stage}', worker ", Assert.IsType<WorkerStuckException>(exception).Message, StringComparison.Ordinal);
            return;
        }

        var crash = Assert.IsType<WorkerCrashedException>(exception);
        Assert.Equal((stage, number), (crash.Stage, crash.Number));
        Assert.Equal(Mishap.Trace(kind), (crash.ExitCode, crash.Signal));
        Assert.InRange(crash.Worker, 0, 2);
        Assert.Contains(LastWords(kind), crash.StandardError, StringComparison.Ordinal);
        Assert.Contains(crash.StandardError, crash.Message, StringComparison.Ordinal);
        Assert.Contains($"'{stage}', worker {crash.Worker}", crash.Message, StringComparison.Ordinal);
    }

    // The runtime prints stacks behind the stage's own line, longer than what is kept.
    private static string LastWords(Accident kind) => kind is Accident.FailFast or Accident.Overflow ? $"at {typeof(Mishap).FullName}" : $"about to meet {kind}";

    private static void MustBeAPrefix(List<int> results)
    {
        Assert.Equal(Mishap.Outputs(Count).Take(results.Count), results);
        Assert.InRange(results.Count, 0, Culprit * 2 + 1);
    }

    private static IEnumerable<int> KillEveryTenth(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            if (item % 10 == 9)
                _ = Libc.Kill(Environment.ProcessId, 9);
            yield return item;
        }
    }

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
