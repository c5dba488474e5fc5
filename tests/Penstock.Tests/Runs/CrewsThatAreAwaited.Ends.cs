using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

// How they end: early, by failures, aborts, drains and tokens.
public sealed partial class CrewsThatAreAwaited
{
    [Theory]
    [MemberData(nameof(Crews))]
    public Task Are_ended_and_have_their_items_disposed_when_the_consumer_ends_early(string crew) => Within.Time(async () =>
    {
        for (var taken = 1; taken < 40; taken += 3)
        {
            var (depot, begun, ended) = (new Depot(), 0, 0);
            await Pipeline.From(() => depot.Parcels(Count), None).Then(Pass, Four).To(TakeAsync).RunAsync(With(crew));
            depot.MustHaveEverythingBack();
            Assert.Equal(begun, ended);

            async Task TakeAsync(IAsyncEnumerable<Parcel> parcels)
            {
                var left = taken;
                await foreach (var parcel in parcels)
                {
                    parcel.Dispose();
                    if (--left == 0)
                        break;
                }
            }

            IEnumerable<Parcel> Pass(IEnumerable<Parcel> parcels)
            {
                Interlocked.Increment(ref begun);
                try
                {
                    foreach (var parcel in parcels)
                        yield return parcel;
                }
                finally
                {
                    Interlocked.Increment(ref ended);
                }
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task End_also_for_a_consumer_that_does_not_dispose_its_input(string crew) => Within.Time(async () =>
    {
        for (var taken = 1; taken < 100; taken++)
        {
            var depot = new Depot();
            await Pipeline.From(() => depot.Parcels(Count), None).Then(xs => xs.Select(x => x), Four).To(TakeAsync).RunAsync(With(crew));
            depot.MustHaveEverythingBack();

            async Task TakeAsync(IAsyncEnumerable<Parcel> parcels)
            {
                var items = parcels.GetAsyncEnumerator();
                for (var i = 0; i < taken; i++)
                {
                    Assert.True(await items.MoveNextAsync());
                    items.Current.Dispose();
                }
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Leave_no_thread_behind(string crew) => Within.Time(async () =>
    {
        var threads = new ConcurrentBag<Thread>();
        for (var taken = 1; taken < 100; taken++)
        {
            await Pipeline.From(Produce, Count, None).Then(Pass, Four).To(TakeAsync).RunAsync(With(crew) with { StartThread = Start });
            Assert.All(threads, static thread => Assert.False(thread.IsAlive));

            async Task TakeAsync(IAsyncEnumerable<int> items)
            {
                await foreach (var item in items)
                {
                    if (item == taken)
                        break;
                }
            }
        }

        void Start(Thread thread, object? state)
        {
            threads.Add(thread);
            thread.Start(state);
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Fail_with_the_exception_itself_behind_the_items_before_it(string crew) => Within.Time(async () =>
    {
        for (var last = 0; last < 60; last += 7)
        {
            var (failure, seen) = (new TestException(), new List<int>());
            var options = With(crew) with { FailureGrace = Patience.NoHurry.FailureGrace };
            Assert.Same(failure, await Assert.ThrowsAsync<TestException>(() => Pipeline.From(Produce, Count, None).Then(xs => xs.Select(x => x == last ? throw failure : x), Four).To(CollectAsync).RunAsync(options)));
            Assert.Equal(Produce(last), seen);
            seen.Clear();
            Assert.Same(failure, await Assert.ThrowsAsync<TestException>(() => Pipeline.From(() => Items.ThenFail(last, failure), None).Then(Pass, Four).To(CollectAsync).RunAsync(options)));
            Assert.Equal(Produce(last), seen);
            Assert.Same(failure, await Assert.ThrowsAsync<TestException>(() => Pipeline.From(Produce, Count, None).Then(Pass, Four).To(FailAsync).RunAsync(options)));

            async Task CollectAsync(IAsyncEnumerable<int> items)
            {
                await foreach (var item in items)
                    seen.Add(item);
            }

            async Task FailAsync(IAsyncEnumerable<int> items)
            {
                await foreach (var item in items)
                {
                    if (item == last)
                        throw failure;
                }
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Fail_although_the_consumer_catches_it(string crew) => Within.Time(async () =>
    {
        var failure = new TestException();
        Assert.Same(failure, await Assert.ThrowsAsync<TestException>(() => Pipeline.From(Produce, Count, None).Then(xs => xs.Select(x => x == 9 ? throw failure : x), Four).To(CatchAsync).RunAsync(With(crew))));

        async Task CatchAsync(IAsyncEnumerable<int> items)
        {
            try
            {
                await foreach (var _ in items)
                {
                }
            }
            catch (TestException)
            {
            }
        }
    });

    [Fact]
    public Task An_abort_ends_the_consumer_although_all_helpers_are_stuck() => Within.Time(async () =>
    {
        using var left = new SemaphoreSlim(0);
        await using var run = Pipeline.From(Produce, Count, None).Then(xs => xs.Select(Stick), Four).To(ConsumeAsync).Start(With("one helper") with { StopTimeout = TimeSpan.FromMilliseconds(500) });
        await gate.Arrived;
        run.Abort();
        await left.WaitAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);

        int Stick(int item)
        {
            gate.Pass();
            return item;
        }

        async Task ConsumeAsync(IAsyncEnumerable<int> items)
        {
            try
            {
                await foreach (var _ in items)
                {
                }
            }
            catch (PipelineStoppedException)
            {
                left.Release();
                throw;
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task A_drain_finishes_what_was_produced_and_cancels_nothing(string crew) => Within.Time(async () =>
    {
        var (produced, consumed) = (0, 0);
        await using var run = Pipeline.From(() => Items.Endless().Select(x => produced = x + 1), None).Then(Pass, Four).To(ConsumeAsync).Start(With(crew));
        await gate.Arrived;
        var drained = run.DrainAsync();
        gate.Open();
        await drained;
        await run.Completion;
        Assert.Equal(produced, consumed);

        static IEnumerable<int> Pass(IEnumerable<int> items, CancellationToken stopping)
        {
            foreach (var item in items)
            {
                stopping.ThrowIfCancellationRequested();
                yield return item;
            }
        }

        async Task ConsumeAsync(IAsyncEnumerable<int> items, CancellationToken stopping)
        {
            await foreach (var _ in items.WithCancellation(stopping))
            {
                stopping.ThrowIfCancellationRequested();
                if (++consumed == 10)
                    await gate.PassAsync();
            }
        }
    });

    [Theory]
    [InlineData("in the source")]
    [InlineData("in a worker")]
    [InlineData("in the consumer")]
    public Task A_cancellation_during_a_drain_fails_the_run_if_it_is_the_users_own(string where) => Within.Time(async () =>
    {
        var own = new TaskCanceledException();
        await using var run = Pipeline.From(() => Items.Endless().Select(x => Cancel(x, "in the source")), None).Then(xs => xs.Select(x => Cancel(x, "in a worker")), Four).To(ConsumeAsync).Start(With("one helper"));
        await gate.Arrived;
        var drained = run.DrainAsync();
        gate.Open();
        Assert.Same(own, await Assert.ThrowsAsync<TaskCanceledException>(() => run.Completion));
        await Assert.ThrowsAnyAsync<Exception>(() => drained);

        async Task ConsumeAsync(IAsyncEnumerable<int> items)
        {
            await foreach (var item in items)
                _ = Cancel(item, "in the consumer");
        }

        int Cancel(int item, string here)
        {
            if (item != 100 || here != where)
                return item;
            gate.Pass();
            throw own;
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task A_token_of_the_consumers_own_ends_its_wait(string crew) => Within.Time(async () =>
    {
        using var cancellation = new CancellationTokenSource();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Pipeline.From(ThenWait, None).Then(Pass, Four).To(ConsumeAsync).RunAsync(With(crew));
        await all.Task;
        await cancellation.CancelAsync();
        Assert.Equal(100, await run);

        IEnumerable<int> ThenWait()
        {
            foreach (var item in Produce(100))
                yield return item;
            cancellation.Token.WaitHandle.WaitOne();
            while (true)
                yield return -1;
        }

        async Task<int> ConsumeAsync(IAsyncEnumerable<int> items)
        {
            var count = 0;
            try
            {
                await foreach (var _ in items.WithCancellation(cancellation.Token))
                {
                    if (++count == 100)
                        all.SetResult();
                }
            }
            catch (OperationCanceledException exception) when (exception.CancellationToken == cancellation.Token)
            {
            }

            return count;
        }
    });
}
