using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Ownership: after yield an item belongs to the consumer.</summary>
public class Rule11Ownership
{
    [Fact]
    public Task The_engine_never_disposes_an_item_that_was_delivered() => Within.Time(() =>
    {
        var depot = new Depot();
        var kept = Pipeline.From(() => depot.Parcels(100)).Then(xs => xs.Select(x => x), new() { Workers = 2 }).AsEnumerable().ToList();
        Assert.Equal(100, kept.Count);
        Assert.Equal(0, depot.Disposed);
    });

    [Fact]
    public Task An_item_in_the_hands_of_an_aborted_sink_is_the_sinks() => Within.Time(async () =>
    {
        var depot = new Depot();
        Parcel? inHand = null;
        PipelineRun? run = null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Pipeline.From(() => depot.Parcels()).To(AbortInTheMiddle).RunAsync(new() { OnStarted = r => run = r }));
        Assert.False(inHand!.IsDisposed);
        Assert.Equal(depot.Made - 1, depot.Disposed);

        void AbortInTheMiddle(IEnumerable<Parcel> parcels)
        {
            foreach (var parcel in parcels)
            {
                inHand = parcel;
                run!.Abort();
            }
        }
    });

    [Fact]
    public Task An_abandoned_stream_is_ended_by_its_finalizer() => Within.Time(() =>
    {
        var ended = new TaskCompletionSource();
        StartAndForget(ended, depot: null);
        CollectUntil(ended.Task);
    });

    [Fact]
    public Task What_crosses_as_a_copy_is_disposed_where_it_was_made() => Within.Time(() =>
    {
        Copied.Disposed.Clear();
        var result = Pipeline.From(Enumerable.Range(0, 50)).Select(i => new Copied { Value = i }, new()).Then(xs => xs.Where(x => x.Value % 2 == 0))
            .To(xs => xs.Select(x => x.Value).ToList()).Run(new() { SharesLinks = true });
        Assert.Equal(Enumerable.Range(0, 25).Select(i => 2 * i), result);
        Assert.Equal(Enumerable.Range(0, 50), Copied.Disposed.Order()); // those that passed on unchanged are their last stage's to dispose
    });

    [Fact]
    public Task An_abandoned_stream_disposes_what_waited_for_its_caller() => Within.Time(async () =>
    {
        var ended = new TaskCompletionSource();
        var depot = new Depot();
        StartAndForget(ended, depot);
        CollectUntil(ended.Task);
        await depot.UntilAllAreBackBut(1); // the first one was delivered
    });

    [Fact]
    public Task An_abandoned_asynchronous_stream_is_ended_by_its_finalizer() => Within.Time(async () =>
    {
        var ended = new TaskCompletionSource();
        await StartAndForgetAsync(ended);
        await Task.Run(() => CollectUntil(ended.Task)); // the thread that brought us here still has the stream on its stack
    });

    [Fact]
    public Task A_stream_is_not_abandoned_while_its_caller_waits_for_a_result() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var next = AskAndForget(gate);
        await gate.Arrived;
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        gate.Open();
        Assert.True(await next);
    });

    // Only the collector knows when the last reference, in a register of some thread perhaps, is gone.
    public sealed class Copied : IDisposable
    {
        public static readonly System.Collections.Concurrent.ConcurrentQueue<int> Disposed = new();

        public int Value { get; set; }

        public void Dispose() => Disposed.Enqueue(Value);
    }

    private static void CollectUntil(Task ended)
    {
        while (!ended.IsCompleted)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StartAndForget(TaskCompletionSource ended, Depot? depot)
    {
        var results = Pipeline.From(() => Parcels(depot ?? new Depot(), ended)).Then(xs => xs.Select(x => x)).AsEnumerable().GetEnumerator();
        Assert.True(results.MoveNext());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task StartAndForgetAsync(TaskCompletionSource ended)
    {
        var results = Pipeline.From(() => Parcels(new Depot(), ended)).AsAsyncEnumerable().GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<bool> AskAndForget(Gate gate)
    {
        return Pipeline.From(Late).AsAsyncEnumerable().GetAsyncEnumerator().MoveNextAsync().AsTask();

        IEnumerable<int> Late()
        {
            gate.Pass();
            yield return 1;
        }
    }

    private static IEnumerable<Parcel> Parcels(Depot depot, TaskCompletionSource ended)
    {
        try
        {
            foreach (var parcel in depot.Parcels())
                yield return parcel;
        }
        finally
        {
            ended.TrySetResult();
        }
    }
}
