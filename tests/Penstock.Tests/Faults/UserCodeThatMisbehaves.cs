using System.Collections;
using Penstock.Tests.Support;

namespace Penstock.Tests.Faults;

/// <summary>Null results, enumerators that cannot be disposed, finally blocks and callbacks that throw: each has a defined outcome.</summary>
public class UserCodeThatMisbehaves
{
    public static TheoryData<Execution, int> Ways => new() { { Execution.Parallel, 4 }, { Execution.Parallel, 1 }, { Execution.Sequential, 4 } };

    [Theory]
    [MemberData(nameof(Ways))]
    public Task A_source_or_stage_that_returns_null_is_named(Execution execution, int maxInFlight) => Within.Time(async () =>
    {
        var link = new StageOptions { Name = "forgetful", MaxInFlight = maxInFlight };
        var source = Pipeline.From([1, 2], new() { MaxInFlight = maxInFlight });
        RunnablePipeline[] pipelines =
        [
            Pipeline.From(() => (IEnumerable<int>)null!, link).To(Items.Drop),
            Pipeline.From(() => (IAsyncEnumerable<int>)null!, link).To(Items.Drop),
            source.Then(_ => (IEnumerable<int>)null!, link).To(Items.Drop),
            source.Then(_ => (IAsyncEnumerable<int>)null!, link).To(Items.Drop),
            source.Then(_ => (IEnumerable<int>)null!, link).Select(x => x).To(Items.Drop),
        ];
        foreach (var pipeline in pipelines)
        {
            var thrown = await Record.ExceptionAsync(() => pipeline.RunAsync(new() { Execution = execution }));
            Assert.True(thrown is InvalidOperationException, $"{pipeline}: {thrown}");
            Assert.Contains("'forgetful' returned null", thrown.Message, StringComparison.Ordinal);
        }
    });

    [Theory]
    [MemberData(nameof(Ways))]
    public Task An_enumerator_whose_Dispose_throws_fails_an_otherwise_good_run(Execution execution, int maxInFlight) => Within.Time(async () =>
    {
        var mine = new TestException("dispose");
        var link = new StageOptions { MaxInFlight = maxInFlight };
        var source = Pipeline.From(new Undisposable(mine), link);
        Assert.Same(mine, await Record.ExceptionAsync(() => source.To(Items.Drop).RunAsync(new() { Execution = execution })));
        Assert.Same(mine, await Record.ExceptionAsync(() => source.To(xs => xs.First()).RunAsync(new() { Execution = execution })));
        Assert.Same(mine, Record.Exception(() => source.AsEnumerable(new() { Execution = execution }).ToList()));
        Assert.Same(mine, Record.Exception(() => source.AsEnumerable(new() { Execution = execution }).First()));
    });

    [Theory]
    [MemberData(nameof(Ways))]
    public Task A_finally_that_throws_does_not_hide_the_first_failure(Execution execution, int maxInFlight) => Within.Time(async () =>
    {
        var mine = new TestException("first");
        var pipeline = Pipeline.From(Enumerable.Range(0, 100), new() { MaxInFlight = maxInFlight }).Then(xs => ThenDisposeBadly(xs)).To(xs => xs.Select(x => x == 5 ? throw mine : x).Count());
        Assert.Same(mine, await Record.ExceptionAsync(() => pipeline.RunAsync(new() { Execution = execution })));
    });

    [Fact]
    public Task A_finally_that_throws_on_top_of_a_skipped_item_is_Stop_with_the_items_exception() => Within.Time(async () =>
    {
        var mine = new TestException("item");
        var pipeline = Pipeline.From([1, 2, 3]).Then(xs => ThenDisposeBadly(xs.Select(x => x == 2 ? throw mine : x)), new() { Faults = FaultPolicy.Skip }).To(Items.Drop);
        Assert.NotNull(await Record.ExceptionAsync(() => pipeline.RunAsync()));
    });

    [Fact]
    public Task OnStarted_that_throws_fails_the_run_before_any_item_was_asked_for() => Within.Time(async () =>
    {
        var mine = new TestException("callback");
        var asked = false;
        var options = new RunOptions { OnStarted = _ => throw mine };
        var pipeline = Pipeline.From(Note);
        Assert.Same(mine, await Record.ExceptionAsync(() => pipeline.To(Items.Drop).RunAsync(options)));
        Assert.Same(mine, await Record.ExceptionAsync(() => pipeline.To(Items.Drop).RunAsync(options with { Execution = Execution.Sequential })));
        Assert.Same(mine, Record.Exception(() => pipeline.AsEnumerable(options).ToList()));
        Assert.False(asked);

        IEnumerable<int> Note()
        {
            asked = true;
            yield return 1;
        }
    });

    [Fact]
    public Task SizeOf_that_throws_or_is_negative_fails_the_run() => Within.Time(async () =>
    {
        var mine = new TestException("size");
        Assert.Same(mine, await Record.ExceptionAsync(() => Pipeline.From(Items.Endless, new() { MaxInFlightBytes = 5, SizeOf = _ => throw mine }).To(Items.Drop).RunAsync()));
        var negative = await Assert.ThrowsAsync<InvalidOperationException>(() => Pipeline.From(Items.Endless, new() { MaxInFlightBytes = 5, SizeOf = _ => -1 }).To(Items.Drop).RunAsync());
        Assert.Contains("SizeOf returned -1", negative.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_callback_of_the_token_that_throws_changes_nothing() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Items.Endless).Then(Register).To(xs => xs.Take(3).Count());
        var log = new LogList();
        Assert.Equal(3, await pipeline.RunAsync(new() { LoggerFactory = log }));
        await log.Until("A callback of the token that a stage got has thrown."); // on a thread of its own

        static IEnumerable<int> Register(IEnumerable<int> items, CancellationToken ct)
        {
            ct.Register(() => throw new TestException("callback of the token"));
            foreach (var item in items)
                yield return item;
        }
    });

    private static IEnumerable<int> ThenDisposeBadly(IEnumerable<int> items)
    {
        try
        {
            foreach (var item in items)
                yield return item;
        }
        finally
        {
            DisposeBadly();
        }

        static void DisposeBadly() => throw new TestException("second");
    }

    private sealed class Undisposable(Exception mine) : IEnumerable<int>, IEnumerator<int>
    {
        private int current;

        public int Current => current;

        object IEnumerator.Current => current;

        public IEnumerator<int> GetEnumerator() => new Undisposable(mine);

        public bool MoveNext() => ++current < 10;

        public void Reset() => current = 0;

        public void Dispose() => throw mine;

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
