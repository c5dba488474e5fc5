using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>What a generator puts into AsyncLocals (a logging scope, the current activity) lasts from item to item, and is its own.</summary>
public class AsyncLocals
{
    private static readonly AsyncLocal<int> Local = new();

    private static readonly StageOptions Retry = new() { Faults = FaultPolicy.Retry(2) };

    public static TheoryData<string, StageOptions, Execution> Ways => new()
    {
        { "plain", new(), Execution.Parallel },
        { "fused", new() { MaxInFlight = 1 }, Execution.Parallel },
        { "skip", new() { Faults = FaultPolicy.Skip }, Execution.Parallel },
        { "retry", Retry, Execution.Parallel },
        { "sequential", new(), Execution.Sequential },
        { "sequential skip", new() { Faults = FaultPolicy.Skip }, Execution.Sequential },
        { "sequential retry", Retry, Execution.Sequential },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public Task They_last_in_a_stage(string name, StageOptions options, Execution execution) => Within.Time(() =>
        Assert.Equal([1, 2, 3, 4], Pipeline.From(new int[4], options with { Faults = FaultPolicy.Stop }).Then(Count, options with { Name = name }).AsEnumerable(new() { Execution = execution })));

    [Theory]
    [MemberData(nameof(Ways))]
    public Task They_last_in_a_source(string name, StageOptions options, Execution execution) => Within.Time(() =>
        Assert.Equal([1, 2, 3, 4], Pipeline.From(() => Count(new int[4]), options with { Name = name, Faults = FaultPolicy.Stop }).Then(xs => xs.Select(x => x), options).To(xs => xs.ToList()).Run(new() { Execution = execution })));

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task They_last_between_asynchronous_stages(Execution execution) => Within.Time(async () =>
    {
        var first = new ConcurrentQueue<int>();
        var pipeline = Pipeline.From(Items.Asynchronous, 4).Then(Count).Select(NoteAsync).Then(Count).To(xs => xs.ToListAsync());
        Assert.Equal([1, 2, 3, 4], await pipeline.RunAsync(new() { Execution = execution }));
        Assert.Equal([1, 2, 3, 4], first);

        async ValueTask<int> NoteAsync(int item)
        {
            await Task.Yield();
            first.Enqueue(item);
            return item;
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_generator_that_is_started_afresh_has_none_of_the_failed_ones(Execution execution) => Within.Time(() =>
    {
        Assert.Equal([1, 2, 1, 2, 3], Pipeline.From(Enumerable.Range(0, 5)).Then(FailOnce, Retry).AsEnumerable(new() { Execution = execution }));

        static IEnumerable<int> FailOnce(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                Local.Value++;
                yield return item == 2 && PipelineContext.Current!.Attempt == 1 ? throw new TestException() : Local.Value;
            }
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task Each_stage_begins_with_the_callers_and_sees_nobody_elses(Execution execution) => Within.Time(async () =>
    {
        Local.Value = 100;
        var pipeline = Pipeline.From(Note([0, 0, 0], "source"), new() { Name = "source" })
            .Then(xs => Note(xs, "first"), Retry with { Name = "first" })
            .Then(xs => NoteAsync(xs, "second"), new() { Name = "second" })
            .Then(xs => Note(xs, "third"), new() { Name = "third" });
        var sink = pipeline.To(xs => Note(xs, "sink").ToList(), new() { Name = "sink" });
        var options = new RunOptions { Execution = execution };

        Assert.Equal([101, 102, 103], await sink.RunAsync(options));
        Assert.Equal(100, Local.Value);
        foreach (var item in pipeline.AsEnumerable(options))
        {
            Assert.Equal(item, ++Local.Value); // the caller's loop counts for itself, too
            Assert.Null(PipelineContext.Current);
        }

        IEnumerable<int> Note(IEnumerable<int> items, string stage)
        {
            try
            {
                var expected = 100;
                foreach (var item in items)
                {
                    Assert.Equal(expected++, Local.Value++);
                    Assert.Equal(stage, PipelineContext.Current!.Stage);
                    yield return expected;
                }
            }
            finally
            {
                Assert.Equal(stage, PipelineContext.Current!.Stage);
            }
        }

        async IAsyncEnumerable<int> NoteAsync(IAsyncEnumerable<int> items, string stage)
        {
            Assert.Equal(100, Local.Value);
            Local.Value = 7;
            await foreach (var item in items)
            {
                Assert.Equal(stage, PipelineContext.Current!.Stage);
                yield return item;
            }
        }
    });

    [Theory]
    [InlineData(Execution.Parallel)]
    [InlineData(Execution.Sequential)]
    public Task A_finally_block_still_sees_them(Execution execution) => Within.Time(() =>
    {
        (int, string?) seen = default;
        Assert.Equal(0, Pipeline.From(Items.Endless).Then(Set, new() { Name = "set" }).To(xs => xs.First()).Run(new() { Execution = execution }));
        Assert.Equal((5, "set"), seen);

        IEnumerable<int> Set(IEnumerable<int> items)
        {
            try
            {
                Local.Value = 5;
                foreach (var item in items)
                    yield return item;
            }
            finally
            {
                seen = (Local.Value, PipelineContext.Current?.Stage);
            }
        }
    });

    private static IEnumerable<int> Count(IEnumerable<int> items)
    {
        foreach (var _ in items)
            yield return ++Local.Value;
    }
}
