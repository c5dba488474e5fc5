using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>At most MaxInFlight items of a link between processes exist at once, as the generators on its both sides see it.</summary>
public sealed class Promise2BoundedAcrossProcesses : IDisposable
{
    private readonly Tally tally = Tally.Begin();

    public static TheoryData<int, int> Sides => Promise2Bounded.Sides;

    public void Dispose() => tally.Dispose();

    [Theory]
    [MemberData(nameof(Sides))]
    public Task Between_processes_never_more_than_MaxInFlight_items_are_alive(int producers, int consumers) => Within.Time(async () =>
    {
        var limit = producers + ((producers + consumers) % 3); // from no slot to spare on
        var seen = await Pipeline.From(Produce, tally, Beside.Processes(producers) with { MaxInFlight = limit })
            .Then(Consume, tally, Beside.Processes(consumers))
            .To(xs => xs.Count()).RunAsync();
        Assert.Equal(producers * Count, seen);
        MustBeBounded(limit);
    });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public Task From_threads_to_processes_never_more_than_MaxInFlight_items_are_alive(int producers, int consumers) => Within.Time(async () =>
    {
        await Pipeline.From(Produce, tally, new() { Workers = producers, MaxInFlight = producers + 1 })
            .Then(Consume, tally, Beside.Processes(consumers))
            .To(Items.Drop).RunAsync();
        MustBeBounded(producers + 1);
    });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    public Task From_processes_to_threads_never_more_than_MaxInFlight_items_are_alive(int producers, int consumers) => Within.Time(async () =>
    {
        await Pipeline.From(Produce, tally, Beside.Processes(producers) with { MaxInFlight = producers + 1 })
            .Then(Consume, tally, new() { Workers = consumers })
            .To(Items.Drop).RunAsync();
        MustBeBounded(producers + 1);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task Behind_an_ordered_stage_in_processes_never_more_than_MaxInFlight_items_are_alive(int workers) => Within.Time(async () =>
    {
        var results = await Pipeline.From(Enumerable.Range(0, Count)).Then(Make, tally, Beside.Processes(workers) with { MaxInFlight = workers })
            .Then(Consume, tally, Beside.Processes(2))
            .To(xs => xs.ToList()).RunAsync();
        Assert.Equal(Enumerable.Range(0, Count), results);
        MustBeBounded(workers);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public Task A_generator_in_a_process_is_not_resumed_before_there_is_room(int limit) => Within.Time(async () =>
    {
        using var gate = new Gate();
        await using var run = Pipeline.From(Produce, tally, Beside.Process with { MaxInFlight = limit }).To(xs => xs.Take(1 + limit).Count(_ => Stuck(gate))).Start();
        await gate.Arrived;
        run.LookUntil(s => s.Stages[0].Workers[0].Activity is "waiting for a slot");
        Assert.Equal(limit, tally[Mark.Alive]);
        Assert.Equal(limit, run.Snapshot().Stages[0].InFlight);
        gate.Open();
        await run.Completion;
    });

    private const int Count = 400;

    private void MustBeBounded(int limit)
    {
        Assert.InRange(tally[Mark.MostAlive], 1, limit);
        Assert.Equal(0, tally[Mark.Alive]);
    }

    private static bool Stuck(Gate gate)
    {
        gate.Pass();
        return true;
    }

    // Entered when resumed, which is after the slot was taken; left before the next is asked for, which frees it.
    private static IEnumerable<int> Produce(Tally tally)
    {
        for (var i = 0; i < Count; i++)
        {
            tally.Enter();
            Work(i);
            yield return i;
        }
    }

    private static IEnumerable<int> Make(IEnumerable<int> items, Tally tally)
    {
        foreach (var item in items)
        {
            tally.Enter();
            Work(item);
            yield return item;
        }
    }

    private static IEnumerable<int> Consume(IEnumerable<int> items, Tally tally)
    {
        foreach (var item in items)
        {
            Work(item + 5);
            tally.Leave();
            yield return item;
        }
    }

    private static void Work(int item)
    {
        if (item % 97 == 0)
            Thread.Yield();
        Thread.SpinWait(item * 31 % 17);
    }
}
