using System.Runtime.InteropServices;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>A pipeline gives the same items in the same order, wherever its stages run.</summary>
public class Promise1SameResultAcrossProcesses
{
    private const int Count = 300;

    private static readonly int[] Numbers = [.. Enumerable.Range(0, Count)];

    private static readonly IEnumerable<int> NumbersAndOpposites = Numbers.SelectMany(x => new[] { x, -x });

    [Fact]
    public Task One_stage_in_a_process() => Pipeline.From(Numbers).Then(Steps.Twice, Beside.Process).MustGive(NumbersAndOpposites);

    [Fact]
    public Task Neighbours_in_processes() =>
        Pipeline.From(Numbers).Then(Steps.Add, 1, Beside.Process).Then(Steps.Twice, Beside.Process).Then(Steps.Add, 10, Beside.Process)
            .MustGive(Numbers.SelectMany(x => new[] { x + 11, 9 - x }));

    [Fact]
    public Task Threads_and_processes_in_turn() =>
        Pipeline.From(Steps.Count, Count).Then(Steps.Add, 1, Beside.Process).Then(Steps.Add, 1).Then(Steps.Twice, Beside.Process).Then(Steps.Add, 2)
            .MustGive(Numbers.SelectMany(x => new[] { x + 4, -x }));

    [Fact]
    public Task A_source_in_a_process() => Pipeline.From(Steps.Count, Count, Beside.Process).Then(Steps.Twice).MustGive(NumbersAndOpposites);

    [Fact]
    public Task A_source_in_a_process_with_nothing_behind() => Pipeline.From(Steps.Count, Count, Beside.Process).MustGive(Numbers);

    [Fact]
    public Task A_source_beside_a_stage_in_processes() =>
        Pipeline.From(Steps.Count, Count, Beside.Process).Then(Steps.Twice, Beside.Process).MustGive(NumbersAndOpposites);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public Task Several_workers_in_order(int workers) =>
        Pipeline.From(Numbers).Then(Steps.Twice, Beside.Processes(workers)).MustGive(NumbersAndOpposites);

    [Fact]
    public Task Several_workers_in_order_behind_several_in_order() =>
        Pipeline.From(Numbers).Then(Steps.DropThirds, Beside.Processes(2)).Then(Steps.Twice, Beside.Processes(3))
            .MustGive(Numbers.Where(x => x % 3 != 0).SelectMany(x => new[] { x, -x }));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public Task Several_workers_without_order_lose_and_double_nothing(int workers) => Within.Time(async () =>
    {
        var free = Beside.Processes(workers) with { Ordered = false };
        var result = await Pipeline.From(Numbers).Then(Steps.Twice, free).Then(Steps.Add, 0, free).ToListAsync();
        Assert.Equal(NumbersAndOpposites.Order(), result.Order());
    });

    [Fact]
    public Task Several_workers_in_threads_before_and_behind() =>
        Pipeline.From(Numbers).Then(Steps.Add, 1, new() { Workers = 2 }).Then(Steps.Twice, Beside.Processes(2)).Then(Steps.Add, -1, new() { Workers = 3 })
            .MustGive(Numbers.SelectMany(x => new[] { x, -x - 2 }));

    [Fact]
    public Task Asynchronous_generators_in_processes() =>
        Pipeline.From(Steps.CountSlowly, Count, Beside.Process).Then(Steps.AddSlowly, 5, Beside.Processes(2)).MustGive(Numbers.Select(x => x + 5));

    [Fact]
    public Task Asynchronous_stages_of_the_parent_beside_processes() =>
        Pipeline.From(Steps.CountSlowly, Count).Then(Steps.Add, 1, Beside.Process).Then(Steps.AddSlowly, 1, new StageOptions { Workers = 3 })
            .Then(Steps.Add, 1, Beside.Processes(2)).Then(Steps.AddSlowly, 1)
            .MustGive(Numbers.Select(x => x + 4));

    [Fact]
    public Task An_asynchronous_sink_of_the_parent() => Within.Time(async () =>
    {
        var sum = await Pipeline.From(Numbers).Then(Steps.Add, 1, Beside.Process).To(SumSlowly).RunAsync();
        Assert.Equal(Numbers.Sum() + Count, sum);

        static async Task<int> SumSlowly(IAsyncEnumerable<int> items)
        {
            var sum = 0;
            await foreach (var item in items)
            {
                await Task.Yield();
                sum += item;
            }

            return sum;
        }
    });

    [Fact]
    public Task Operators_that_capture_nothing_run_in_the_process_and_those_that_do_in_the_parent() => Within.Time(async () =>
    {
        var here = Environment.ProcessId;
        var seen = await Pipeline.From(Numbers).Then(Steps.Pass, Beside.Process).Select(_ => Environment.ProcessId).Select(there => (there, here, Environment.ProcessId)).ToListAsync();
        Assert.Equal(Count, seen.Count);
        Assert.All(seen, s => Assert.True(s.there != here && s.Item3 == here));
    });

    [Fact]
    public Task Operators_as_stages_in_processes() =>
        Pipeline.From(Numbers).Select(x => x + 1, Beside.Processes(2)).Where(x => x % 2 == 0, Beside.Process).SelectMany(x => new[] { x, x }, Beside.Process)
            .MustGive(Numbers.Select(x => x + 1).Where(x => x % 2 == 0).SelectMany(x => new[] { x, x }));

    [Fact]
    public Task An_asynchronous_operator_in_processes() =>
        Pipeline.From(Numbers).Select(async (x, _) =>
        {
            await Task.Yield();
            return x * 2;
        }, Beside.Processes(3)).MustGive(Numbers.Select(x => x * 2));

    [Fact]
    public Task Batches_before_and_behind() =>
        Pipeline.From(Numbers).Batch(7).SelectMany(xs => xs, Beside.Processes(2)).Then(Steps.Add, 1, Beside.Process).Batch(11).Then(Steps.Pass, Beside.Process)
            .MustGive(Numbers.Select(x => x + 1).Chunk(11));

    [Fact]
    public Task A_whole_pipeline_by_an_option_of_the_run() =>
        Pipeline.From(Steps.Count, Count).Then(Steps.Add, 1).Then(Steps.Twice, new() { Workers = 2 }).Select(x => x + 1)
            .MustGive(Numbers.SelectMany(x => new[] { x + 2, -x }), new() { Isolation = Isolation.Process });

    [Fact]
    public Task Nothing_to_do() => Within.Time(async () =>
    {
        Assert.Empty(await Pipeline.From(Array.Empty<int>()).Then(Steps.Twice, Beside.Processes(3)).Then(Steps.Twice, Beside.Process).ToListAsync());
        Assert.Empty(await Pipeline.From(Steps.Count, 0, Beside.Process).ToListAsync());
    });

    [Fact]
    public Task One_in_flight() => Within.Time(async () =>
    {
        var one = Beside.Process with { MaxInFlight = 1 };
        Assert.Equal(NumbersAndOpposites, await Pipeline.From(Steps.Count, Count, one).Then(Steps.Twice, one).Then(Steps.Pass, one).ToListAsync());
        Assert.Equal(NumbersAndOpposites, await Pipeline.From(Numbers, new() { MaxInFlight = 1 }).Then(Steps.Twice, one).Then(Steps.Pass, new() { MaxInFlight = 1 }).ToListAsync());
        Assert.Equal(NumbersAndOpposites, await Pipeline.From(Numbers, new() { MaxInFlight = 1 }).Then(Steps.Twice, Beside.Processes(2)).ToListAsync());
    });

    [Fact]
    public Task Many_in_flight() =>
        Pipeline.From(Numbers, new() { MaxInFlight = 64 }).Then(Steps.Twice, Beside.Processes(2) with { MaxInFlight = 100 }).MustGive(NumbersAndOpposites);

    [Fact]
    public Task Many_runs_of_one_pipeline_also_at_once() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Steps.Count, 20).Then(Steps.Twice, Beside.Process).To(xs => xs.ToList());
        for (var i = 0; i < 4; i++)
            Assert.Equal(NumbersAndOpposites.Take(40), await pipeline.RunAsync());
        foreach (var result in await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => pipeline.RunAsync())))
            Assert.Equal(NumbersAndOpposites.Take(40), result);
    });

    [Fact]
    public Task Streams() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Numbers).Then(Steps.Twice, Beside.Processes(2));
        Assert.Equal(NumbersAndOpposites, pipeline.AsEnumerable());
        Assert.Equal(NumbersAndOpposites.Take(3), pipeline.AsEnumerable().Take(3));
        Assert.Equal(NumbersAndOpposites, await pipeline.AsAsyncEnumerable().ToListAsync());
        Assert.Equal(NumbersAndOpposites.Take(3), await pipeline.AsAsyncEnumerable().Take(3).ToListAsync());
    });

    [Fact]
    public Task Sequential_runs_stay_in_this_process() => Within.Time(async () =>
    {
        var processes = await Pipeline.From([1, 2]).Then(Steps.Processes, Beside.Process).ToListAsync(new() { Execution = Execution.Sequential });
        Assert.Equal([Environment.ProcessId, Environment.ProcessId], processes);
    });

    [Fact]
    public Task Every_worker_is_a_process_of_its_own_with_its_own_surroundings() => Within.Time(async () =>
    {
        var options = Beside.Processes(2) with { WorkerEnvironment = worker => new Dictionary<string, string>(StringComparer.Ordinal) { ["OF_WORKER"] = $"{worker}" } };
        var seen = await Pipeline.From(Numbers).Then(Surroundings, options).ToListAsync();
        Assert.All(seen, s => Assert.Equal($"Surroundings {s.Worker} {s.Worker} 1", s.Text));
        Assert.DoesNotContain(seen, s => s.Process == Environment.ProcessId);
        Assert.Equal(seen.Select(s => s.Worker).Distinct().Count(), seen.Select(s => s.Process).Distinct().Count());
    });

    [Fact]
    public Task A_worker_is_replaced_after_so_many_items_and_nothing_is_lost() => Within.Time(async () =>
    {
        var processes = await Pipeline.From(Numbers.Take(20)).Then(Steps.Processes, Beside.Process with { RecycleAfter = 8 }).ToListAsync();
        Assert.Equal(20, processes.Count);
        Assert.Equal(3, processes.Distinct().Count());
    });

    [Fact]
    public Task What_a_worker_yields_before_its_first_item_comes_once_however_often_it_is_replaced() =>
        Pipeline.From(Numbers.Take(20)).Then(WithHeader, Beside.Process with { RecycleAfter = 3 }).MustGive(WithHeader(Numbers.Take(20)));

    [Fact]
    public Task What_a_worker_yields_behind_the_last_item_comes_also_from_one_that_replaces_the_one_that_took_it() =>
        Pipeline.From(Numbers.Take(10)).Then(WithSummary, Beside.Process with { RecycleAfter = 10 }).MustGive(WithSummary(Numbers.Take(10)));

    [Fact]
    public Task A_worker_that_leaks_is_replaced_and_nothing_is_lost() => Within.Time(async () =>
    {
        var processes = await Pipeline.From(Numbers.Take(100)).Then(Leaking, Beside.Process with { RecycleAboveMemory = 300 << 20 }).ToListAsync();
        Assert.Equal(100, processes.Count);
        Assert.InRange(processes.Distinct().Count(), 2, 20);
    });

    private static IEnumerable<int> WithHeader(IEnumerable<int> items)
    {
        yield return -1;
        yield return -2;
        foreach (var item in items)
            yield return item;
    }

    private static IEnumerable<int> WithSummary(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
        yield return -1;
    }

    private static IEnumerable<int> Leaking(IEnumerable<int> items)
    {
        foreach (var _ in items)
        {
            Leak(8 << 20);
            yield return Environment.ProcessId;
        }
    }

    // Native memory that is touched, as a leaky library's would be.
    private static unsafe void Leak(uint bytes) => NativeMemory.Fill(NativeMemory.Alloc(bytes), bytes, 1);

    private static IEnumerable<(int Process, int Worker, string Text)> Surroundings(IEnumerable<int> items)
    {
        foreach (var _ in items)
        {
            var context = PipelineContext.Current!;
            yield return (Environment.ProcessId, context.Worker, $"{context.Stage} {context.Worker} {Environment.GetEnvironmentVariable("OF_WORKER")} {context.Attempt}");
        }
    }
}
