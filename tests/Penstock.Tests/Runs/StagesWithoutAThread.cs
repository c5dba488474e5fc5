using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Isolation.None: on the consumer's thread while items are cheap, ahead of it while they are not, and the same result.</summary>
public sealed class StagesWithoutAThread : IDisposable
{
    private static readonly StageOptions None = new() { Isolation = Isolation.None };

    private readonly ConcurrentDictionary<string, int> threads = new();
    private readonly Gate gate = new();
    private readonly Depot depot = new();

    public static TheoryData<string> AllPaces => [.. Paces.All.Keys];

    public void Dispose() => gate.Dispose();

    [Theory]
    [MemberData(nameof(AllPaces))]
    public Task Give_what_plain_composition_gives(string pace) => Within.Time(async () =>
    {
        var items = await Pipeline.From(() => Enumerable.Range(0, 2000), None).Then(Twice, None).Then(Odd, None).To(xs => xs.ToList()).RunAsync(At(pace));
        Assert.Equal(Odd(Twice(Enumerable.Range(0, 2000))), items);
    });

    [Theory]
    [MemberData(nameof(AllPaces))]
    public Task Run_other_pipelines_as_everybody_does(string pace) => Within.Time(async () =>
    {
        var stage = Pipeline.From(() => Enumerable.Range(0, 50), None).Select(RunsInside.Outcomes, None);
        Assert.All(await stage.To(xs => xs.ToList()).RunAsync(At(pace)), RunsInside.MustBeRight);
    });

    [Fact]
    public Task Cheap_ones_run_on_the_consumers_thread() => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(() => Note("source", Enumerable.Range(0, 1000)), None).Then(xs => Note("stage", xs), None).To(xs => Items.Drop(Note("sink", xs)));
        var counts = new List<int>();
        while (counts.Count < 20 && !counts.Contains(1))
        {
            await pipeline.RunAsync();
            counts.Add(threads.Values.Distinct().Count());
        }

        Assert.Contains(1, counts); // a busy machine may make items look costly, but not in every run
    });

    [Fact]
    public Task Costly_ones_work_at_the_same_time_as_their_consumer() => Within.Time(async () =>
    {
        using var sixth = new ManualResetEventSlim();
        await Pipeline.From(() => Enumerable.Range(0, 10).Select(Produce), None).To(xs => xs.Count(Consume)).RunAsync();

        int Produce(int item)
        {
            Thread.Sleep(6); // work
            if (item == 6)
                sixth.Set();
            return item;
        }

        bool Consume(int item)
        {
            Thread.Sleep(6); // work
            if (item == 5 && !sixth.Wait(TimeSpan.FromSeconds(20)))
                throw new TestException("on one thread it does not come before this item is finished");
            return true;
        }
    });

    [Theory]
    [InlineData(2, "always ahead")]
    [InlineData(3, "always ahead")]
    [InlineData(5, "fickle")]
    public Task Never_have_more_than_MaxInFlight_items_alive(int limit, string pace) => Within.Time(async () =>
    {
        var alive = new Gauge();
        var options = None with { MaxInFlight = limit };
        await Pipeline.From(() => Enumerable.Range(0, 3000).Select(Make), options).To(xs => Consume(xs, alive)).RunAsync(At(pace));
        Assert.InRange(alive.Most, 1, limit);
        Assert.Equal(0, alive.Now);

        int Make(int item)
        {
            alive.Enter();
            return item;
        }
    });

    [Theory]
    [MemberData(nameof(AllPaces))]
    public Task A_consumer_that_ends_early_ends_them_and_has_their_items_disposed(string pace) => Within.Time(async () =>
    {
        var ends = 0;
        var taken = await Pipeline.From(Produce, None).Then(xs => xs.Select(x => x), None).To(xs => xs.Take(100).ToList()).RunAsync(At(pace));
        Assert.Equal(1, ends);
        taken.ForEach(p => p.Dispose());
        depot.MustHaveEverythingBack();

        IEnumerable<Parcel> Produce()
        {
            try
            {
                foreach (var parcel in depot.Parcels())
                    yield return parcel;
            }
            finally
            {
                ends++;
            }
        }
    });

    [Theory]
    [MemberData(nameof(AllPaces))]
    public Task An_exception_arrives_as_itself_behind_the_items_before_it(string pace) => Within.Time(async () =>
    {
        var failure = new TestException();
        var seen = 0;
        var thrown = await Assert.ThrowsAsync<TestException>(() =>
            Pipeline.From(() => Items.ThenFail(50, failure), None).To(xs => seen = xs.Aggregate(0, (n, _) => seen = n + 1)).RunAsync(At(pace)));
        Assert.Same(failure, thrown);
        Assert.Contains(nameof(Items.ThenFail), thrown.StackTrace, StringComparison.Ordinal);
        Assert.Equal(50, seen);
    });

    [Fact]
    public Task An_abort_ends_one_that_waits_for_a_slot() => Within.Time(async () =>
    {
        var isFull = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var run = Pipeline.From(() => depot.Parcels().Select(Tell), None).To(xs => xs.Select(Hold).Count()).Start(At("always ahead"));
        await gate.Arrived;
        await isFull.Task;
        run.Abort();
        gate.Open();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion);
        Assert.Equal(3, depot.Made - depot.Disposed); // those that the consumer was given

        Parcel Tell(Parcel parcel)
        {
            if (parcel.Number == 5)
                isFull.SetResult(); // two were consumed, one is in hand, three wait
            return parcel;
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_consumer_that_ends_is_not_kept_waiting_for_the_next_item(bool fails) => Within.Time(async () =>
    {
        var run = Pipeline.From(ThreeAndNoMore).Then(xs => xs.Select(x => x), None).Then(xs => xs.Select(x => x), None).To(Consume).RunAsync(At("always ahead"));
        if (fails)
            await Assert.ThrowsAsync<TestException>(() => run);
        else
            await run;

        void Consume(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                if (item < 2)
                    continue;
                if (fails)
                    throw new TestException();
                return;
            }
        }
    });

    // Its producer, ahead on another thread, is told to stop at the same moment.
    [Fact]
    public Task A_consumer_that_fails_when_nobody_needs_its_items_any_more_fails_nothing() => Within.Time(async () =>
    {
        for (var i = 0; i < 100; i++)
            await Pipeline.From(TwoAndNoMore).Then(xs => xs.Select(x => x), None).Then(FailOnceStopped).To(xs => xs.Take(1).Count()).RunAsync(At("always ahead"));

        static IEnumerable<int> TwoAndNoMore(CancellationToken token)
        {
            yield return 0;
            yield return 1;
            token.WaitHandle.WaitOne();
        }

        static IEnumerable<int> FailOnceStopped(IEnumerable<int> items, CancellationToken token)
        {
            foreach (var item in items)
            {
                if (item == 1)
                {
                    token.WaitHandle.WaitOne();
                    Thread.SpinWait(1000); // so long takes the other thread to hear of it
                    throw new TestException();
                }

                yield return item;
            }
        }
    });

    [Fact]
    public Task A_source_that_waits_with_its_token_is_told_when_its_consumer_has_ended() => Within.Time(() =>
        Pipeline.From(Produce, None).To(xs => xs.Take(3).Count()).RunAsync(At("always ahead")));

    [Fact]
    public Task A_stage_with_a_thread_keeps_it_for_life_in_front_of_them() => Within.Time(async () =>
    {
        var used = new ConcurrentDictionary<int, bool>();
        await Pipeline.From(Produce, new() { MaxInFlight = 1 }).Then(Twice, None).To(Items.Drop).RunAsync(At("fickle"));
        Assert.Single(used);

        IEnumerable<int> Produce()
        {
            for (var i = 0; i < 100; i++)
            {
                used[Environment.CurrentManagedThreadId] = true;
                yield return i;
            }
        }
    });

    [Fact]
    public Task Are_one_row_with_their_consumer() => Within.Time(async () =>
    {
        var run = Pipeline.From(() => Enumerable.Range(0, 100), None with { Name = "a" }).Then(Twice, None with { Name = "b" }).To(Items.Drop, new() { Name = "c" }).Start();
        await run.Completion;
        var row = Assert.Single(run.Snapshot().Stages);
        Assert.Equal("a+b+c", row.Name);
        Assert.Equal(100, row.ItemsIn);
    });

    public static TheoryData<string, StageOptions> Others => new()
    {
        { "several workers", None with { Workers = 2 } },
        { "a policy", None with { Faults = FaultPolicy.Skip } },
        { "a time-out", None with { ItemTimeout = TimeSpan.FromHours(1) } },
        { "a limit in bytes", None with { MaxInFlightBytes = 1000, SizeOf = _ => 1 } },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public Task Those_with_more_to_do_have_threads_all_the_same(string what, StageOptions options) => Within.Time(async () =>
    {
        var run = Pipeline.From(Enumerable.Range(0, 100)).Then(Twice, options).To(Items.Drop).Start();
        await run.Completion;
        Assert.True(run.Snapshot().Stages.Count == 3, what);
    });

    private static RunOptions At(string pace) => new() { CreatePace = Paces.All[pace] };

    private static async IAsyncEnumerable<int> ThreeAndNoMore([EnumeratorCancellation] CancellationToken token)
    {
        for (var i = 0; i < 3; i++)
            yield return i;
        await Task.Delay(Timeout.Infinite, token);
    }

    private static IEnumerable<int> Produce(CancellationToken token)
    {
        for (var i = 0; i < 3; i++)
            yield return i;
        token.WaitHandle.WaitOne();
        token.ThrowIfCancellationRequested();
    }

    private static IEnumerable<int> Twice(IEnumerable<int> items) => items.SelectMany(x => new[] { x, x });

    private static IEnumerable<int> Odd(IEnumerable<int> items) => items.Where(x => x % 2 == 1);

    private static void Consume(IEnumerable<int> items, Gauge alive)
    {
        foreach (var _ in items)
            alive.Leave();
    }

    private IEnumerable<int> Note(string step, IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            threads[step] = Environment.CurrentManagedThreadId;
            yield return item;
        }
    }

    // Consumes two, and is stuck with the third.
    private bool Hold(Parcel parcel)
    {
        if (parcel.Number == 2)
            gate.Pass();
        return true;
    }
}
