using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>Under a policy, whatever happens to a worker process costs no item but the culprit.</summary>
public class AccidentsUnderAPolicy : AccidentTests
{
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

    private static IEnumerable<int> KillEveryTenth(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            if (item % 10 == 9)
                _ = Libc.Kill(Environment.ProcessId, 9);
            yield return item;
        }
    }
}
