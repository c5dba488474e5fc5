using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Partial outputs: a retry hands nothing on twice.</summary>
public class Rule06PartialOutputs
{
    private readonly ConcurrentQueue<DeadLetter> letters = new();

    private RunOptions Options => new() { DeadLetter = letters.Enqueue };

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public Task A_retry_drops_the_outputs_that_the_failed_attempt_handed_on(int workers) => Within.Time(() =>
    {
        var outputs = Pipeline.From(Enumerable.Range(0, 100))
            .Then(ThreeEach, new() { Workers = workers, Faults = FaultPolicy.Retry(3) })
            .AsEnumerable();
        Assert.Equal(Enumerable.Range(0, 300), outputs);

        static IEnumerable<int> ThreeEach(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                yield return 3 * item;
                FailIf(item % 5 == 0 && PipelineContext.Current!.Attempt == 1);
                yield return (3 * item) + 1;
                yield return (3 * item) + 2;
                FailIf(item % 5 == 0 && PipelineContext.Current!.Attempt == 2);
            }
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task A_retry_of_the_first_item_also_drops_the_outputs_before_it(int workers) => Within.Time(() =>
    {
        // They belong to that item, so they are handed on once.
        var outputs = Pipeline.From([0]).Then(WithHead, new() { Workers = workers, Faults = FaultPolicy.Retry(2) }).AsEnumerable().ToList();
        Assert.Equal(workers == 1 ? [-1, 0] : [-1, 0, -1], outputs); // the second worker has no item, and a head of its own

        static IEnumerable<int> WithHead(IEnumerable<int> items)
        {
            yield return -1;
            foreach (var item in items)
            {
                FailIf(PipelineContext.Current!.Attempt == 1);
                yield return item;
            }
        }
    });

    [Fact]
    public Task Outputs_dropped_by_a_retry_are_disposed() => Within.Time(() =>
    {
        var depot = new Depot();
        foreach (var parcel in Pipeline.From([0, 1, 2]).Then(Pack, new() { Faults = FaultPolicy.Retry(2) }).AsEnumerable())
            parcel.Dispose();
        Assert.Equal(8, depot.Made);
        depot.MustHaveEverythingBack();

        IEnumerable<Parcel> Pack(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                yield return depot.Make(item);
                yield return depot.Make(item);
                FailIf(item == 1 && PipelineContext.Current!.Attempt == 1);
            }
        }
    });

    [Fact]
    public Task Delivered_counts_the_outputs_handed_on_before_the_stage_gave_up() => Within.Time(() =>
    {
        var outputs = Pipeline.From([5]).Then(OneMoreEachTime, new() { Faults = FaultPolicy.Retry(3) }).AsEnumerable(Options);

        Assert.Equal([0, 1, 2], outputs);
        var letter = Assert.Single(letters);
        Assert.Equal((5, 3, 3), (letter.Item, letter.Delivered, letter.Attempts));

        static IEnumerable<int> OneMoreEachTime(IEnumerable<int> items)
        {
            foreach (var _ in items)
            {
                for (var i = 0; i < PipelineContext.Current!.Attempt; i++)
                    yield return i;
                FailIf(condition: true);
            }
        }
    });

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public Task A_fault_with_no_item_in_hand_is_Stop(bool retry, bool atTheEnd) => Within.Time(async () =>
    {
        var policy = retry ? FaultPolicy.Retry(5) : FaultPolicy.Skip;
        var pipeline = Pipeline.From([1, 2, 3]).Then(xs => FailAround(xs, atTheEnd), new() { Faults = policy }).To(Items.Drop);
        await Assert.ThrowsAsync<TestException>(() => pipeline.RunAsync(Options));
        Assert.Empty(letters);

        static IEnumerable<int> FailAround(IEnumerable<int> items, bool atTheEnd)
        {
            FailIf(!atTheEnd);
            foreach (var item in items)
                yield return item;
            FailIf(atTheEnd);
        }
    });

    [Fact]
    public Task Callbacks_never_overlap() => Within.Time(async () =>
    {
        var inside = new Gauge();
        var faults = FaultPolicy.Retry(2, when: _ => Enter());
        await Pipeline.From(Enumerable.Range(0, 500)).Then(AlwaysFail, new() { Workers = 8, Faults = faults }).To(Items.Drop).RunAsync(new() { DeadLetter = _ => Enter() });
        Assert.Equal(1, inside.Most);

        bool Enter()
        {
            inside.Enter();
            Thread.Yield();
            inside.Leave();
            return true;
        }
    });

    [Fact]
    public Task A_dead_letter_callback_that_throws_fails_the_run() => Within.Time(async () =>
    {
        var mine = new TestException("callback");
        var pipeline = Pipeline.From(Items.Endless).Then(AlwaysFail, new() { Faults = FaultPolicy.Skip }).To(Items.Drop);
        Assert.Same(mine, await Assert.ThrowsAsync<TestException>(() => pipeline.RunAsync(new() { DeadLetter = _ => throw mine })));
    });

    [Fact]
    public Task Without_a_callback_dead_letters_are_logged() => Within.Time(async () =>
    {
        using var log = new LogList();
        await Pipeline.From([1, 2]).Then(AlwaysFail, new() { Faults = FaultPolicy.Skip }).To(Items.Drop).RunAsync(new() { LoggerFactory = log });
        Assert.Equal(2, log.Lines.Count(l => l.Level == LogLevel.Warning && l.Text.Contains("'AlwaysFail'", StringComparison.Ordinal)));
    });

    private static IEnumerable<int> AlwaysFail(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            FailIf(condition: true);
            yield return item;
        }
    }

    private static void FailIf(bool condition)
    {
        if (condition)
            throw new TestException();
    }
}
