using System.Collections.Concurrent;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Promises;

/// <summary>What a stage throws in a process is what the caller catches.</summary>
public class Promise3FirstFailureAcrossProcesses
{
    [Fact]
    public Task Arrive_as_themselves_with_message_and_the_stack_of_the_worker() => Within.Time(async () =>
    {
        var thrown = await Assert.ThrowsAsync<FormatException>(() => Pipeline.From([1, 2]).Then(Fail, Beside.Process with { Name = "parse" }).ToListAsync());
        Assert.Equal("item 2 is no number", thrown.Message);
        Assert.Contains(nameof(ThrowDeepInside), thrown.StackTrace, StringComparison.Ordinal);
        Assert.Equal("inner", Assert.IsType<MishapException>(thrown.InnerException).Message);
        Assert.Contains("parse", thrown.Data.Values.OfType<string>());
    });

    [Fact]
    public Task The_data_name_the_stage_the_worker_and_the_item() => Within.Time(async () =>
    {
        var thrown = await Assert.ThrowsAsync<FormatException>(() => Pipeline.From(Steps.CountUp, Beside.Process).Then(Fail, Beside.Processes(2) with { Name = "parse" }).ToListAsync());
        Assert.Equal("parse", thrown.Data["Penstock.Stage"]);
        Assert.InRange(Assert.IsType<int>(thrown.Data["Penstock.Worker"]), 0, 1);
        Assert.Equal(2L, thrown.Data["Penstock.Item"]);
    });

    [Fact]
    public Task Of_two_the_one_that_plain_composition_meets_first_wins() => Within.Time(async () =>
    {
        for (var round = 0; round < 4; round++)
        {
            // The source, far ahead, fails long before the stage comes to the item on which it fails.
            var pipeline = Pipeline.From(FailAfter, 20, Beside.Process with { MaxInFlight = 64 }).Then(Fail, Beside.Processes(2));
            await Assert.ThrowsAsync<FormatException>(() => pipeline.ToListAsync(Patience.NoHurry));
        }
    });

    [Fact]
    public Task That_plain_composition_never_meets_are_none() => Within.Time(async () =>
    {
        for (var round = 0; round < 4; round++)
        {
            var pipeline = Pipeline.From(FailAfter, 20, Beside.Process with { MaxInFlight = 64 }).Then(Steps.Pass, Beside.Process);
            Assert.Equal(Enumerable.Range(0, 10), await pipeline.To(xs => xs.Take(10).ToList()).RunAsync(Patience.NoHurry));
        }
    });

    [Fact]
    public Task Of_a_source_arrive_too() => Within.Time(async () =>
    {
        var results = new List<int>();
        var thrown = Assert.Throws<MishapException>(() =>
        {
            foreach (var item in Pipeline.From(FailAfter, 3, Beside.Process).AsEnumerable())
                results.Add(item);
        });
        Assert.Equal("after 3", thrown.Message);
        Assert.Equal([0, 1, 2], results);
        await Assert.ThrowsAsync<MishapException>(() => Pipeline.From(FailAfter, 0, Beside.Process).Then(Steps.Pass, Beside.Process).ToListAsync());
    });

    [Fact]
    public Task Of_the_call_of_the_function_itself_arrive() => Within.Time(() =>
        Assert.ThrowsAsync<MishapException>(() => Pipeline.From([1]).Then(FailAtOnce, Beside.Process).ToListAsync()));

    [Fact]
    public Task Of_asynchronous_generators_arrive() => Within.Time(() =>
        Assert.ThrowsAsync<MishapException>(() => Pipeline.From([1]).Then(FailSlowly, Beside.Process).ToListAsync()));

    [Fact]
    public Task Of_a_finally_block_fail_a_run_that_was_good() => Within.Time(() =>
        Assert.ThrowsAsync<MishapException>(() => Pipeline.From(Steps.CountUp, Beside.Process).Then(FailInFinally, Beside.Process).To(xs => xs.First()).RunAsync()));

    [Fact]
    public Task Of_other_workers_in_the_parent_end_the_processes() => Within.Time(() =>
        Assert.ThrowsAsync<TestException>(() => Pipeline.From(Steps.CountUp, Beside.Process).Then(Steps.Pass, Beside.Processes(2))
            .To(xs => xs.Sum(x => x < 20 ? x : throw new TestException())).RunAsync()));

    [Fact]
    public Task Are_judged_by_the_policy_of_the_parent() => Within.Time(async () =>
    {
        var judged = new ConcurrentQueue<string>();
        var policy = FaultPolicy.Retry(5, when: exception =>
        {
            judged.Enqueue(exception.Message);
            return exception is not FormatException;
        });
        var letters = new ConcurrentQueue<DeadLetter>();
        var results = await Pipeline.From([1, 2, 3]).Then(Fail, Beside.Process with { Faults = policy }).ToListAsync(new() { DeadLetter = letters.Enqueue });
        Assert.Equal([1, 3], results);
        Assert.Equal(["item 2 is no number"], judged);
        Assert.IsType<FormatException>(Assert.Single(letters).Exception);
    });

    [Fact]
    public Task A_dead_letter_callback_that_throws_fails_the_run() => Within.Time(() =>
        Assert.ThrowsAsync<TestException>(() => Pipeline.From([1, 2, 3]).Then(Fail, Beside.Process with { Faults = FaultPolicy.Skip })
            .ToListAsync(new() { DeadLetter = _ => throw new TestException() })));

    private static IEnumerable<int> Fail(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            if (item == 2)
                ThrowDeepInside(item);
            yield return item;
        }
    }

    private static void ThrowDeepInside(int item) => throw new FormatException($"item {item} is no number", new MishapException("inner"));

    private static IEnumerable<int> FailAfter(int count)
    {
        for (var i = 0; i < count; i++)
            yield return i;
        throw new MishapException($"after {count}");
    }

    private static IEnumerable<int> FailAtOnce(IEnumerable<int> items) => throw new MishapException("at once");

    private static async IAsyncEnumerable<int> FailSlowly(IAsyncEnumerable<int> items)
    {
        await foreach (var item in items)
        {
            await Task.Yield();
            yield return item > 0 ? throw new MishapException("slowly") : item;
        }
    }

    private static IEnumerable<int> FailInFinally(IEnumerable<int> items)
    {
        try
        {
            foreach (var item in items)
                yield return item;
        }
        finally
        {
            Throw();
        }

        static void Throw() => throw new MishapException("in finally");
    }
}
