using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>A run may be started on any thread: it never waits for the one it was started on.</summary>
public class StartedAnywhere
{
    public static TheoryData<Execution> Ways => [Execution.Parallel, Execution.Sequential];

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Blocking_on_a_run_from_a_single_threaded_context_does_not_deadlock(Execution execution) => Within.Time(() => SingleThread.Run(() =>
    {
        Assert.Equal(99, Mixed().To(xs => xs.Max()).Run(new() { Execution = execution }));
        Assert.Equal(99, Mixed().To(xs => xs.MaxAsync()).RunAsync(new() { Execution = execution }).GetAwaiter().GetResult());
        Assert.Equal(100, Mixed().AsEnumerable(new() { Execution = execution }).Count());
        Assert.Equal(0, Mixed().AsEnumerable(new() { Execution = execution }).First());
        return Task.CompletedTask;
    }));

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Awaiting_a_run_in_a_single_threaded_context_comes_back_to_it(Execution execution) => Within.Time(() => SingleThread.Run(async () =>
    {
        var here = Environment.CurrentManagedThreadId;
        Assert.Equal(99, await Mixed().To(xs => xs.Max()).RunAsync(new() { Execution = execution }));
        Assert.Equal(here, Environment.CurrentManagedThreadId);
        var count = 0;
        await foreach (var _ in Mixed().AsAsyncEnumerable(new() { Execution = execution }))
        {
            count++;
            Assert.Equal(here, Environment.CurrentManagedThreadId);
        }

        Assert.Equal(100, count);
    }));

    [Fact]
    public Task Disposing_and_draining_in_a_single_threaded_context_does_not_deadlock() => Within.Time(() => SingleThread.Run(async () =>
    {
        await using (Pipeline.From(Items.Endless).To(Items.Drop).Start())
            await Task.Yield();
        var run = Pipeline.From(Items.Endless).To(xs => xs.Count()).Start();
        run.DrainAsync().GetAwaiter().GetResult();
    }));

    [Fact]
    public Task Items_that_take_their_time_to_be_disposed_do_not_deadlock_it_either() => Within.Time(() => SingleThread.Run(async () =>
    {
        var pipeline = Pipeline.From(() => Enumerable.Range(0, 100).Select(static _ => new SlowToDispose())).Then(xs => xs.Select(x => x));
        foreach (var _ in pipeline.AsEnumerable())
            break;
        await foreach (var _ in pipeline.AsAsyncEnumerable())
            break;
    }));

    [Theory]
    [MemberData(nameof(Ways))]
    public Task Blocking_on_a_run_from_a_scheduler_of_one_thread_does_not_deadlock(Execution execution) => Within.Time(() => Task.Factory.StartNew(
        () =>
        {
            Assert.Equal(99, Mixed().To(xs => xs.Max()).Run(new() { Execution = execution }));
            Assert.Equal(100, Mixed().AsEnumerable(new() { Execution = execution }).Count());
            foreach (var _ in Pipeline.From(() => Enumerable.Range(0, 100).Select(static _ => new SlowToDispose())).Then(xs => xs.Select(x => x)).AsEnumerable(new() { Execution = execution }))
                break;
        },
        CancellationToken.None,
        TaskCreationOptions.None,
        new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler));

    [Fact]
    public Task Stages_do_not_see_the_callers_context() => Within.Time(() => SingleThread.Run(async () =>
    {
        var seen = new ConcurrentQueue<SynchronizationContext?>();
        await Pipeline.From(Items.Asynchronous, 3).Then(xs => xs.Select(Note)).Select(async x => await Task.FromResult(Note(x)), new() { Workers = 2 }).To(xs => xs.Count(x => Note(x) >= 0)).RunAsync();
        Assert.All(seen, Assert.Null);

        int Note(int item)
        {
            seen.Enqueue(SynchronizationContext.Current);
            return item;
        }
    }));

    [Fact]
    public Task Runs_started_from_many_threads_at_once_do_not_disturb_each_other() => Within.Time(async () =>
    {
        var pipeline = Mixed().To(xs => xs.Sum());
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => pipeline.RunAsync())));
        Assert.All(results, sum => Assert.Equal(4950, sum));
    });

    [Fact]
    public Task A_run_may_be_started_inside_a_stage_of_another() => Within.Time(() =>
        Assert.Equal(
            Enumerable.Range(0, 20).Select(n => n * (n - 1) / 2),
            Pipeline.From(Enumerable.Range(0, 20)).Select(n => Pipeline.From(Enumerable.Range(0, n)).Select(x => x, new()).To(xs => xs.Sum()).Run(), new() { Workers = 4 }).AsEnumerable()));

    private static Pipeline<int> Mixed() => Pipeline.From(Items.Asynchronous, 100)
        .Then(xs => xs.Select(x => x), new() { Workers = 2 })
        .Select(async x =>
        {
            await Task.Yield();
            return x;
        }, new() { Workers = 3 });

    private sealed class SlowToDispose : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Task.Yield();
    }

    /// <summary>A thread with a queue, as user interfaces have: whoever waits for it on itself waits for ever.</summary>
    private sealed class SingleThread : SynchronizationContext
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> queue = [];

        public static void Run(Func<Task> body)
        {
            var context = new SingleThread();
            SetSynchronizationContext(context);
            var running = body();
            _ = running.ContinueWith(_ => context.queue.CompleteAdding(), TaskScheduler.Default);
            foreach (var (callback, state) in context.queue.GetConsumingEnumerable())
                callback(state);
            running.GetAwaiter().GetResult();
        }

        public override void Post(SendOrPostCallback d, object? state) => queue.Add((d, state));

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody should.");
    }
}
