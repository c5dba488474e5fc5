using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Several workers: on threads, as tasks, in sources and stages.</summary>
public class Workers
{
    [Fact]
    public Task A_source_with_two_workers_calls_its_function_twice_and_loses_nothing() => Within.Time(async () =>
    {
        var calls = 0;
        var items = await Pipeline.From(Produce, new() { Workers = 2 }).Then(xs => xs.Select(x => x), new() { Workers = 3 }).To(xs => xs.ToList()).RunAsync();
        Assert.Equal(2, calls);
        Assert.Equal(Enumerable.Range(0, 500).SelectMany(x => new[] { x, x }), items.Order());

        IEnumerable<int> Produce()
        {
            Interlocked.Increment(ref calls);
            for (var i = 0; i < 500; i++)
                yield return i;
        }
    });

    [Fact]
    public Task A_source_with_two_workers_ends_when_both_have() => Within.Time(async () =>
    {
        using var gate = new Gate();
        var run = Pipeline.From(OneIsSlow, new() { Workers = 2 }).To(xs => xs.Count()).RunAsync();
        await gate.Arrived;
        gate.Open();
        Assert.Equal(20, await run);

        IEnumerable<int> OneIsSlow()
        {
            if (PipelineContext.Current!.Worker == 1)
                gate.Pass();
            return Enumerable.Range(0, 10);
        }
    });

    [Fact]
    public Task Each_worker_owns_its_state_on_its_own_thread_for_its_whole_life() => Within.Time(async () =>
    {
        var states = new ConcurrentDictionary<int, int>();
        await Pipeline.From(Enumerable.Range(0, 1000)).Then(Own, new() { Name = "owner", Workers = 4 }).To(Items.Drop).RunAsync();
        Assert.Equal(1000, states.Values.Sum());

        IEnumerable<int> Own(IEnumerable<int> items)
        {
            var (thread, context) = (Environment.CurrentManagedThreadId, PipelineContext.Current!);
            var count = 0;
            foreach (var item in items)
            {
                count++;
                yield return item;
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                Assert.Same(context, PipelineContext.Current);
            }

            Assert.Equal("owner", context.Stage);
            states[context.Worker] = count;
        }
    });

    [Fact]
    public Task Blocking_workers_work_at_the_same_time() => Within.Time(() =>
    {
        // Each waits for the others: with fewer than four at work nobody would come through.
        using var together = new Barrier(4);
        Assert.Equal(Enumerable.Range(0, 40), Pipeline.From(Enumerable.Range(0, 40)).Select(Meet, new() { Workers = 4 }).AsEnumerable());

        int Meet(int item)
        {
            together.SignalAndWait();
            return item;
        }
    });

    [Fact]
    public Task Hundreds_of_asynchronous_workers_wait_at_the_same_time() => Within.Time(() =>
    {
        const int workers = 500;
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.Equal(Enumerable.Range(0, workers), Pipeline.From(Enumerable.Range(0, workers)).Select(Meet, new() { Workers = workers }).AsEnumerable());

        async ValueTask<int> Meet(int item, CancellationToken ct)
        {
            if (Interlocked.Increment(ref arrived) == workers)
                all.SetResult();
            await all.Task.WaitAsync(ct);
            return item;
        }
    });

    [Fact]
    public Task Asynchronous_workers_occupy_no_thread_while_they_wait() => Within.Time(async () =>
    {
        var threads = ThreadPool.ThreadCount;
        using var gate = new Gate();
        var run = Pipeline.From(Enumerable.Range(0, 300)).Select(async x =>
        {
            await gate.PassAsync();
            return x;
        }, new() { Workers = 300 }).To(xs => xs.CountAsync()).Start();
        await gate.Arrived;
        Assert.InRange(ThreadPool.ThreadCount - threads, int.MinValue, 50);
        gate.Open();
        Assert.Equal(300, await run.Completion);
    });

    [Fact]
    public Task A_batch_is_handed_on_after_its_delay_even_if_it_is_not_full() => Within.Time(async () =>
    {
        var clock = new TestClock();
        var delay = TimeSpan.FromSeconds(7);
        using var gate = new Gate();
        using var batch = Pipeline.From(TwoThenWait).Batch(10, delay).AsEnumerable(new() { TimeProvider = clock }).GetEnumerator();
        var first = Task.Run(() => batch.MoveNext());
        await gate.Arrived;
        await clock.TimerOf(delay);
        Assert.False(first.IsCompleted);
        clock.Advance(delay);
        Assert.True(await first);
        Assert.InRange(batch.Current.Length, 1, 2);
        gate.Open();
        Assert.True(batch.MoveNext());

        IEnumerable<int> TwoThenWait()
        {
            yield return 1;
            yield return 2;
            gate.Pass();
            yield return 3;
        }
    });
}
