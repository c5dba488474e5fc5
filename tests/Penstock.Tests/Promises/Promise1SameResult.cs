using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>A run gives exactly the items, in exactly the order, that plain composition gives.</summary>
public class Promise1SameResult
{
    public static TheoryData<int, int, Execution> Ways
    {
        get
        {
            var ways = new TheoryData<int, int, Execution>();
            foreach (var workers in new[] { 1, 2, 4, 8 })
            {
                foreach (var maxInFlight in new[] { 8, 9, 64 })
                    ways.Add(workers, maxInFlight, Execution.Parallel);
            }

            ways.Add(1, 1, Execution.Parallel);
            ways.Add(1, 2, Execution.Parallel);
            ways.Add(1, 4, Execution.Sequential);
            return ways;
        }
    }

    [Theory]
    [InlineData("a stage")]
    [InlineData("a sink")]
    [InlineData("a sink behind a process")]
    public Task No_item_goes_to_a_worker_that_has_ended_while_it_awaited_one(string where) => Within.Time(async () =>
    {
        const int Count = 200;
        using var gate = new Gate();
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        var two = new StageOptions { Workers = 2, Ordered = false, Name = "Work" };
        var source = Pipeline.From(Produce);
        await using var run = (where switch
        {
            "a stage" => source.Then(RetireOrPass, two).To(items => items.ToList().ForEach(seen.Add)),
            "a sink" => source.To(ConsumeAsync, two),
            _ => source.Then(Isolated.Steps.Pass, new StageOptions { Isolation = Isolation.Process }).To(ConsumeAsync, two),
        }).Start();
        await gate.Arrived;
        await run.Until(s => s.Stages.Single(stage => stage.Name == "Work").Workers is [{ Activity: "gone" }, { Activity: "waiting for an item" }]);
        gate.Open();
        await run.Completion;
        Assert.Equal(Enumerable.Range(0, Count), seen.Order());

        IEnumerable<int> Produce()
        {
            gate.Pass();
            for (var i = 0; i < Count; i++)
                yield return i;
        }

        async Task ConsumeAsync(IAsyncEnumerable<int> items)
        {
            await foreach (var item in RetireOrPass(items))
                seen.Add(item);
        }

        // The first one leaves at once, with its ask under way.
        static async IAsyncEnumerable<int> RetireOrPass(IAsyncEnumerable<int> items)
        {
            var own = items.GetAsyncEnumerator();
            while (true)
            {
                var next = own.MoveNextAsync().AsTask();
                if (PipelineContext.Current!.Worker == 0 || !await next)
                    yield break;
                yield return own.Current;
            }
        }
    });

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Maps_filters_expansions_and_batches_compose_as_plain_generators_do(int workers, int maxInFlight, Execution execution) => Within.Time(() =>
    {
        var link = new StageOptions { MaxInFlight = maxInFlight };
        var many = link with { Workers = workers };
        var results = Pipeline.From(Source, link).Then(Odd, many).Then(Expand, many).Batch(5, options: link).Then(Sums, many).AsEnumerable(new() { Execution = execution });

        Assert.Equal(Sums(Expand(Odd(Source())).Chunk(5)), results);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public Task Without_order_no_item_is_lost_or_doubled(int workers) => Within.Time(() =>
    {
        var results = Pipeline.From(Source).Then(Expand, new() { Workers = workers, Ordered = false }).AsEnumerable();
        Assert.Equal(Expand(Source()).Order(), results.Order());
    });

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    public Task Several_workers_without_threads_give_it_to_any_consumer(int maxInFlight) => Within.Time(async () =>
    {
        var link = new StageOptions { Isolation = Isolation.None, MaxInFlight = maxInFlight };
        var expanded = Pipeline.From(Source, link).Then(Expand, link with { Workers = 4 });
        Assert.Equal(Expand(Source()), await expanded.To(xs => xs.ToList()).RunAsync());
        Assert.Equal(Expand(Source()), await expanded.To(xs => xs.ToListAsync()).RunAsync());
        Assert.Equal(Expand(Source()), expanded.AsEnumerable());
    });

    [Fact]
    public Task Uneven_workers_keep_the_order() => Within.Time(() =>
    {
        // Every fourth item takes long, so the other workers overtake it by far.
        var results = Pipeline.From(Enumerable.Range(0, 200)).Select(Uneven, new() { Workers = 4, MaxInFlight = 16 }).AsEnumerable();
        Assert.Equal(Enumerable.Range(0, 200), results);

        static int Uneven(int item)
        {
            if (item % 4 == 0)
                Thread.Sleep(1); // the work itself
            return item;
        }
    });

    [Fact]
    public Task Uneven_asynchronous_workers_keep_the_order() => Within.Time(() =>
    {
        var results = Pipeline.From(Enumerable.Range(0, 2000)).Select(Uneven, new() { Workers = 200 }).AsEnumerable();
        Assert.Equal(Enumerable.Range(0, 2000), results);

        static async ValueTask<int> Uneven(int item, CancellationToken ct)
        {
            await Task.Delay(item * 37 % 11, ct);
            return item;
        }
    });

    [Fact]
    public Task Null_items_and_values_of_every_kind_pass() => Within.Time(() =>
    {
        string?[] texts = ["a", null, "b", null];
        Assert.Equal(texts, Pipeline.From(texts).Then(xs => xs.Select(x => x), new() { Workers = 3, MaxInFlightBytes = 10 }).AsEnumerable());
        int?[] numbers = [1, null, 2];
        Assert.Equal(numbers, Pipeline.From(numbers).Select(x => x, new() { Workers = 2 }).AsEnumerable());
        var large = Enumerable.Range(0, 100).Select(i => (i, Guid.Empty, decimal.One * i, i.ToString(System.Globalization.CultureInfo.InvariantCulture))).ToArray();
        Assert.Equal(large, Pipeline.From(large).Select(x => x, new() { Workers = 4 }).AsEnumerable());
    });

    [Fact]
    public Task Nothing_in_gives_nothing_out() => Within.Time(async () =>
    {
        var empty = Pipeline.From(Array.Empty<int>()).Then(Odd, new() { Workers = 4 }).Then(Expand).Batch(3);
        Assert.Empty(empty.AsEnumerable());
        Assert.Equal(0, await empty.To(xs => xs.Count()).RunAsync());
        Assert.Equal(0, await empty.To(xs => xs.CountAsync()).RunAsync());
    });

    private static IEnumerable<int> Source() => Enumerable.Range(0, 500);

    private static IEnumerable<int> Odd(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            Thread.SpinWait(item % 13 * 30);
            if (item % 2 == 1)
                yield return item;
        }
    }

    private static IEnumerable<int> Expand(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            for (var i = 0; i < item % 4; i++)
                yield return (10 * item) + i;
        }
    }

    private static IEnumerable<int> Sums(IEnumerable<int[]> batches)
    {
        foreach (var batch in batches)
            yield return batch.Sum();
    }
}
