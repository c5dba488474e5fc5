using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>At most MaxInFlight items of a link exist at once: being produced, waiting, or being consumed.</summary>
public class Promise2Bounded
{
    private const int Count = 3000;

    private readonly Gauge alive = new();

    public static TheoryData<int, int> Sides
    {
        get
        {
            var sides = new TheoryData<int, int>();
            for (var producers = 1; producers <= 4; producers++)
            {
                for (var consumers = 1; consumers <= 4; consumers++)
                    sides.Add(producers, consumers);
            }

            return sides;
        }
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public Task Behind_a_source_never_more_than_MaxInFlight_items_are_alive(int producers, int consumers) => Within.Time(async () =>
    {
        foreach (var limit in new[] { producers, producers + 1, producers + consumers + 2 })
        {
            var gauge = new Gauge();
            await Pipeline.From(Produce, gauge, new() { Workers = producers, MaxInFlight = limit }).To(Consume, gauge, new() { Workers = consumers }).RunAsync();
            Assert.InRange(gauge.Most, 1, limit);
            Assert.Equal(0, gauge.Now);
        }
    });

    [Theory]
    [MemberData(nameof(Sides))]
    public Task Behind_an_ordered_stage_never_more_than_MaxInFlight_items_are_alive(int producers, int consumers) => Within.Time(async () =>
    {
        foreach (var limit in new[] { producers, producers + 1, producers + consumers + 2 })
        {
            var gauge = new Gauge();
            await Pipeline.From(Enumerable.Range(0, Count)).Then(Pass, gauge, new() { Workers = producers, MaxInFlight = limit }).To(Consume, gauge, new() { Workers = consumers }).RunAsync();
            Assert.InRange(gauge.Most, 1, limit);
        }
    });

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public Task Behind_an_ordered_stage_without_threads_never_more_than_MaxInFlight_items_are_alive(int workers) => Within.Time(async () =>
    {
        foreach (var limit in new[] { workers, workers + 1, workers + 3 })
        {
            var (gauge, awaited) = (new Gauge(), new Gauge());
            var (source, many) = (Pipeline.From(() => Enumerable.Range(0, Count)), new StageOptions { Workers = workers, MaxInFlight = limit });
            await source.Then(Pass, gauge, many).To(Consume, gauge).RunAsync(new() { Isolation = Isolation.None });
            await source.Then(Pass, awaited, many).To(ConsumeAsync, awaited).RunAsync(new() { Isolation = Isolation.None });
            Assert.InRange(gauge.Most, 1, limit);
            Assert.InRange(awaited.Most, 1, limit);
        }
    });

    [Fact]
    public Task Outputs_that_wait_on_the_link_before_their_turn_count_too() => Within.Time(() =>
    {
        const int limit = 6;
        using var others = new CountdownEvent(limit - 1); // all slots but that of the first item
        var outputs = Pipeline.From(Enumerable.Range(0, Count)).Select(WaitIfFirst, new() { Workers = 2, MaxInFlight = limit }).AsEnumerable();
        foreach (var _ in outputs)
            alive.Leave();
        Assert.Equal(limit, alive.Most);

        int WaitIfFirst(int item)
        {
            alive.Enter();
            if (item == 0)
                others.Wait();
            else if (item < limit)
                others.Signal();
            return item;
        }
    });

    [Theory]
    [MemberData(nameof(Sides))]
    public Task Between_asynchronous_stages_never_more_than_MaxInFlight_items_are_alive(int producers, int consumers) => Within.Time(async () =>
    {
        var limit = producers + 1;
        await Pipeline.From(ProduceAsync, alive, new() { Workers = producers, MaxInFlight = limit }).To(ConsumeAsync, alive, new() { Workers = consumers }).RunAsync();
        Assert.InRange(alive.Most, 1, limit);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task One_item_in_flight_is_one_also_without_fusing(int consumers) => Within.Time(async () =>
    {
        var apart = new StageOptions { MaxInFlight = 1, ItemTimeout = TimeSpan.FromMinutes(5) };
        var run = Pipeline.From(Produce, alive, apart).To(Consume, alive, new() { Workers = consumers }).Start();
        await run.Completion;
        Assert.Equal(2, run.Snapshot().Stages.Count);
        Assert.Equal(1, alive.Most);
    });

    [Fact]
    public Task One_item_in_flight_is_one_in_a_fused_chain() => Within.Time(async () =>
    {
        var lockStep = new StageOptions { MaxInFlight = 1 };
        await Pipeline.From(Produce, alive, lockStep).To(Consume, alive).RunAsync();
        Assert.Equal(1, alive.Most);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(64)]
    public Task A_generator_is_not_resumed_before_there_is_room(int limit) => Within.Time(async () =>
    {
        using var gate = new Gate();
        await using var run = Pipeline.From(Items.Endless().Select(Note), new() { MaxInFlight = limit }).To(xs => xs.Take(1 + limit).Count(_ => Stuck(gate))).Start();
        await gate.Arrived;
        await run.UntilWorkersAre(0, "waiting for a slot");
        Assert.Equal(limit, alive.Now);
        Assert.Equal(limit, run.Snapshot().Stages[0].InFlight);
        gate.Open();
        await run.Completion;

        int Note(int item)
        {
            alive.Enter();
            return item;
        }
    });

    [Fact]
    public Task The_caller_who_reads_results_is_a_consumer_as_any() => Within.Time(() =>
    {
        foreach (var _ in Pipeline.From(Produce, alive, new() { MaxInFlight = 3 }).AsEnumerable())
            alive.Leave();
        Assert.InRange(alive.Most, 1, 3);
    });

    private static bool Stuck(Gate gate)
    {
        gate.Pass();
        return true;
    }

    // Entered when resumed, which is after the slot was taken; left before the next is asked for, which frees it.
    private static IEnumerable<int> Produce(Gauge gauge)
    {
        for (var i = 0; i < Count; i++)
        {
            gauge.Enter();
            Work(i);
            yield return i;
        }
    }

    private static async IAsyncEnumerable<int> ProduceAsync(Gauge gauge)
    {
        foreach (var item in Produce(gauge))
        {
            await Task.Yield();
            yield return item;
        }
    }

    // A middle stage is resumed, with its slot, before it asks for the item; the item is made when it got one.
    private static IEnumerable<int> Pass(IEnumerable<int> items, Gauge gauge)
    {
        foreach (var item in items)
        {
            gauge.Enter();
            Work(item);
            yield return item;
        }
    }

    private static void Consume(IEnumerable<int> items, Gauge gauge)
    {
        foreach (var item in items)
        {
            Work(item + 5);
            gauge.Leave();
        }
    }

    private static async Task ConsumeAsync(IAsyncEnumerable<int> items, Gauge gauge)
    {
        await foreach (var item in items)
        {
            Work(item + 5);
            await Task.Yield();
            gauge.Leave();
        }
    }

    private static void Work(int item)
    {
        if (item % 97 == 0)
            Thread.Yield();
        Thread.SpinWait(item * 31 % 17);
    }
}
