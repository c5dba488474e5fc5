using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>A stage may yield while the item that it has asked for has not come yet: then it waits for an item and for a slot.</summary>
public class TwoWaitsAtOnce
{
    private static readonly StageOptions Narrow = new() { MaxInFlight = 1, ItemTimeout = TimeSpan.FromHours(1) }; // which keeps the stages apart

    private static readonly StageOptions Wide = Narrow with { MaxInFlight = 4 };

    public static TheoryData<bool, bool> All => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(All))]
    public Task Both_end_whichever_comes_first(bool isAsynchronous, bool itemFirst) => Within.Time(async () =>
    {
        using var source = new Gate();
        using var sink = new Gate();
        await using var run = await StartUntilBothWaitAsync(isAsynchronous, source, sink);
        (itemFirst ? source : sink).Open();
        if (itemFirst)
            await run.Until(s => s.Stages[1].ItemsIn > 1);
        else
            await run.Until(s => s.Stages[2].Workers.All(w => w.Activity.StartsWith("waiting", StringComparison.Ordinal)));
        (itemFirst ? sink : source).Open();
        Assert.Equal(Enumerable.Range(0, 5), await run.Completion);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Both_end_with_the_run(bool isAsynchronous) => Within.Time(async () =>
    {
        using var source = new Gate();
        using var sink = new Gate();
        await using var run = await StartUntilBothWaitAsync(isAsynchronous, source, sink);
        run.Abort();
        source.Open();
        sink.Open();
        var aborted = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.Empty(aborted.Data); // nobody was left behind
    });

    [Fact]
    public Task Several_workers_may_not_yield_before_they_know_their_next_item() => Within.Time(async () =>
    {
        var run = Pipeline.From(YieldOneAndWait).Then(Prefetch, new StageOptions { Workers = 2 }).To(Items.Drop).RunAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        Assert.Contains("'Prefetch'", refused.Message, StringComparison.Ordinal);

        static async IAsyncEnumerable<int> YieldOneAndWait([EnumeratorCancellation] CancellationToken stopping = default)
        {
            yield return 0;
            await Task.Delay(Timeout.Infinite, stopping); // so that the next item is awaited for certain
        }
    });

    [Fact]
    public Task What_they_had_handed_on_before_stays_whole() => Within.Time(async () =>
    {
        using var source = new Gate();
        using var sink = new Gate();
        var (depot, wasDisposed) = (new Depot(), false);
        await using var run = Pipeline.From(YieldOneAndWait).Then(Prefetch, new StageOptions { Workers = 2, Ordered = false, MaxInFlight = 2 }).To(Use).Start();
        await run.UntilWorkersAre(1, "waiting for an item"); // each with a slot for its first output
        source.Open();
        await sink.Arrived;
        await run.Until(s => s.Stages[1].Workers.Any(w => w.Activity == "gone"));
        sink.Open();
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.Completion);
        Assert.False(wasDisposed);

        async IAsyncEnumerable<Parcel> YieldOneAndWait([EnumeratorCancellation] CancellationToken stopping = default)
        {
            await source.PassAsync();
            yield return depot.Make(0);
            await Task.Delay(Timeout.Infinite, stopping);
        }

        void Use(IEnumerable<Parcel> parcels)
        {
            foreach (var parcel in parcels)
            {
                sink.Pass();
                wasDisposed |= parcel.IsDisposed;
            }
        }
    });

    private static async Task<PipelineRun<List<int>>> StartUntilBothWaitAsync(bool isAsynchronous, Gate source, Gate sink)
    {
        var run = Start(isAsynchronous, source, sink);
        await source.Arrived;
        await sink.Arrived;
        await run.UntilWorkersAre(1, "waiting");
        return run;
    }

    private static PipelineRun<List<int>> Start(bool isAsynchronous, Gate source, Gate sink)
    {
        var numbers = Pipeline.From(Count, Narrow);
        var ahead = isAsynchronous ? numbers.Then(Prefetch, Narrow) : numbers.Then(ReadBeside, Narrow);
        return ahead.To(Collect).Start();

        IEnumerable<int> Count()
        {
            yield return 0;
            source.Pass();
            for (var i = 1; i < 5; i++)
                yield return i;
        }

        List<int> Collect(IEnumerable<int> items)
        {
            var all = new List<int>();
            foreach (var item in items)
            {
                all.Add(item);
                sink.Pass();
            }

            return all;
        }
    }

    private static async IAsyncEnumerable<T> Prefetch<T>(IAsyncEnumerable<T> items)
    {
        await using var enumerator = items.GetAsyncEnumerator();
        var next = enumerator.MoveNextAsync().AsTask();
        while (await next)
        {
            var item = enumerator.Current;
            next = enumerator.MoveNextAsync().AsTask();
            yield return item;
        }
    }

    // A run of its own, whose source is read on another thread.
    private static IEnumerable<int> ReadBeside(IEnumerable<int> items) => Pipeline.From(items, Wide).Then(xs => xs.Select(x => x), Wide).AsEnumerable();
}
