using System.Collections.Concurrent;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Isolation.None with several workers: resumed by the consumer's thread and by helpers, however many there are, with the same result.</summary>
public sealed class SeveralWorkersWithoutThreads
{
    private const int Workers = 4;

    private static readonly StageOptions None = new() { Isolation = Isolation.None };
    private static readonly StageOptions Four = None with { Workers = Workers };

    private readonly Depot depot = new();

    public static TheoryData<string> Crews => [.. Staffings.All.Keys];

    // The least there can be, the default, and so much that workers get several items at once.
    public static IEnumerable<object[]> CrewsAndRooms => from crew in Staffings.All.Keys from room in (int[])[Workers, Workers + 3, 16 * Workers] select new object[] { crew, room };

    [Theory]
    [MemberData(nameof(CrewsAndRooms))]
    public Task Give_what_plain_composition_gives(string crew, int room) => Within.Time(async () =>
    {
        var items = await Pipeline.From(Count, 3000, None with { MaxInFlight = room }).Then(Twice, Four with { MaxInFlight = room }).Then(Odd, None).To(xs => xs.ToList()).RunAsync(With(crew));
        Assert.Equal(Odd(Twice(Count(3000))), items);
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Run_other_pipelines_as_everybody_does(string crew) => Within.Time(async () =>
    {
        var stage = Pipeline.From(Count, 50, None).Select(RunsInside.Outcomes, Four);
        Assert.All(await stage.To(xs => xs.ToList()).RunAsync(With(crew)), RunsInside.MustBeRight);
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task May_ask_for_more_in_their_last_blocks(string crew) => Within.Time(async () =>
    {
        var first = await Pipeline.From(Count, 50, None).Then(TakeRest, Four).To(xs => xs.First()).RunAsync(With(crew));
        Assert.Equal(0, first);

        static IEnumerable<int> TakeRest(IEnumerable<int> items)
        {
            using var rest = items.GetEnumerator();
            try
            {
                while (rest.MoveNext())
                    yield return rest.Current;
            }
            finally
            {
                while (rest.MoveNext())
                {
                }
            }
        }
    });

    [Theory]
    [MemberData(nameof(CrewsAndRooms))]
    public Task Give_the_same_items_where_the_order_is_given_up(string crew, int room) => Within.Time(async () =>
    {
        var items = await Pipeline.From(Count, 3000, None with { MaxInFlight = room }).Then(Odd, Four with { MaxInFlight = room, Ordered = false }).To(xs => xs.ToList()).RunAsync(With(crew));
        Assert.Equal(Odd(Count(3000)), items.Order());
    });

    [Theory]
    [MemberData(nameof(CrewsAndRooms))]
    public Task Never_have_more_than_MaxInFlight_items_alive(string crew, int room) => Within.Time(async () =>
    {
        var alive = new Gauges();
        await Pipeline.From(alive.Produce, 3000, None with { MaxInFlight = room + 1 }).Then(alive.Pass, Four with { MaxInFlight = room }).To(Consume).RunAsync(With(crew));
        Assert.InRange(alive.Before.Most, 1, room + 1);
        Assert.InRange(alive.Behind.Most, 1, room);

        void Consume(IEnumerable<int> items)
        {
            foreach (var _ in items)
                alive.Behind.Leave();
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Each_know_which_one_they_are_and_keep_what_they_put_into_an_AsyncLocal(string crew) => Within.Time(async () =>
    {
        var local = new AsyncLocal<object?>();
        var seen = new ConcurrentDictionary<int, int>();
        await Pipeline.From(Count, 3000, None).Then(Ask, Four).To(Items.Drop).RunAsync(With(crew));
        Assert.Equal(Enumerable.Range(0, Workers), seen.Keys.Order());
        Assert.All(seen.Values, starts => Assert.Equal(1, starts));

        IEnumerable<int> Ask(IEnumerable<int> items)
        {
            var (mine, worker) = (new object(), PipelineContext.Current!.Worker);
            seen.AddOrUpdate(worker, 1, (_, n) => n + 1);
            Assert.Null(local.Value);
            local.Value = mine;
            foreach (var item in items)
            {
                Assert.Same(mine, local.Value);
                Assert.Equal(worker, PipelineContext.Current.Worker);
                yield return item;
            }
        }
    });

    [Fact]
    public Task Leave_the_consumers_own_flow_as_it_is() => Within.Time(async () =>
    {
        var local = new AsyncLocal<int>();
        await Pipeline.From(Count, 100, None).Then(xs => xs.Select(Put), Four).To(Consume).RunAsync(With("the consumer alone"));

        int Put(int item) => local.Value = item;

        void Consume(IEnumerable<int> items)
        {
            local.Value = -1;
            using var suppressed = ExecutionContext.SuppressFlow();
            foreach (var _ in items)
            {
                Assert.Equal(-1, local.Value);
                Assert.True(ExecutionContext.IsFlowSuppressed());
            }
        }
    });

    [Theory]
    [MemberData(nameof(CrewsAndRooms))]
    public Task Keep_no_result_waiting_for_an_item_that_does_not_come(string crew, int room) => Within.Time(async () =>
    {
        using var all = new SemaphoreSlim(0);
        foreach (var ordered in (bool[])[true, false])
        {
            for (var count = 1; count < 40; count++)
                await Pipeline.From(Produce, count, None with { MaxInFlight = room }).Then(Twice, Four with { MaxInFlight = room, Ordered = ordered }).To(Consume).RunAsync(With(crew));
        }

        // The second item of each pair comes when all results of the first have been consumed.
        IEnumerable<int> Produce(int count)
        {
            for (var i = 0; i < count; i++)
                yield return i;
            for (var i = 0; i < 2 * count; i++)
                Assert.True(all.Wait(TimeSpan.FromSeconds(20)), "a result was kept waiting");
            yield return count;
        }

        void Consume(IEnumerable<int> items)
        {
            foreach (var _ in items)
                all.Release();
            while (all.Wait(0))
            {
                // for the next run
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Are_all_ended_and_have_their_items_disposed_when_the_consumer_ends_early(string crew) => Within.Time(async () =>
    {
        var (starts, ends) = (0, 0);
        var taken = await Pipeline.From(() => depot.Parcels(), None).Then(Pass, Four).To(xs => xs.Take(100).ToList()).RunAsync(With(crew));
        Assert.Equal(Enumerable.Range(0, 100), taken.Select(p => p.Number));
        Assert.InRange(starts, 1, Workers);
        Assert.Equal(starts, ends);
        taken.ForEach(p => p.Dispose());
        depot.MustHaveEverythingBack();

        IEnumerable<Parcel> Pass(IEnumerable<Parcel> parcels)
        {
            Interlocked.Increment(ref starts);
            try
            {
                foreach (var parcel in parcels)
                    yield return parcel;
            }
            finally
            {
                Interlocked.Increment(ref ends);
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Fail_with_the_exception_itself_behind_the_items_before_it(string crew) => Within.Time(async () =>
    {
        var failure = new TestException();
        var seen = new List<int>();
        var thrown = await Assert.ThrowsAsync<TestException>(() =>
            Pipeline.From(Items.Endless, None).Then(FailAtFifty, Four).To(Keep).RunAsync(With(crew) with { FailureGrace = Patience.NoHurry.FailureGrace }));
        Assert.Same(failure, thrown);
        Assert.Contains(nameof(FailAtFifty), thrown.StackTrace, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 50), seen);

        IEnumerable<int> FailAtFifty(IEnumerable<int> items)
        {
            foreach (var item in items)
                yield return item < 50 ? item : throw (item == 50 ? failure : new TestException());
        }

        void Keep(IEnumerable<int> items)
        {
            foreach (var item in items)
                seen.Add(item);
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Pass_on_the_exception_of_what_is_nested_in_them(string crew) => Within.Time(async () =>
    {
        var failure = new TestException();
        var seen = 0;
        var thrown = await Assert.ThrowsAsync<TestException>(() =>
            Pipeline.From(() => Items.ThenFail(50, failure), None).Then(Pass, Four).To(xs => xs.Aggregate(0, (n, _) => seen = n + 1)).RunAsync(With(crew) with { FailureGrace = Patience.NoHurry.FailureGrace }));
        Assert.Same(failure, thrown);
        Assert.Equal(50, seen);
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Fail_nothing_when_they_are_stopped_because_nobody_needs_their_items(string crew) => Within.Time(async () =>
    {
        for (var i = 0; i < 20; i++)
            await Pipeline.From(UntilStopped, None).Then(Pass, Four).Then(StayInside).To(xs => xs.Take(1).Count()).RunAsync(With(crew) with { FailureGrace = TimeSpan.Zero });

        static IEnumerable<int> UntilStopped(CancellationToken token)
        {
            for (var i = 0; i < 3; i++)
                yield return i;
            token.WaitHandle.WaitOne();
            token.ThrowIfCancellationRequested();
        }

        static IEnumerable<int> StayInside(IEnumerable<int> items, CancellationToken token)
        {
            foreach (var item in items)
            {
                if (item == 1)
                {
                    token.WaitHandle.WaitOne();
                    Thread.SpinWait(10_000); // so long takes the clock of the failure, if there is one
                }

                yield return item;
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Leave_to_the_others_what_one_does_not_take_that_ends_for_itself(string crew) => Within.Time(async () =>
    {
        for (var count = 1; count < 60; count++)
        {
            var items = await Pipeline.From(Count, count, None).Then(EndEarly, Four with { Ordered = false }).To(xs => xs.ToList()).RunAsync(With(crew));
            Assert.Equal(Count(count), items.Order());
        }

        static IEnumerable<int> EndEarly(IEnumerable<int> items)
        {
            var left = PipelineContext.Current!.Worker == 0 ? 3 : int.MaxValue;
            foreach (var item in items)
            {
                yield return item;
                if (--left == 0)
                    yield break;
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Give_what_one_makes_that_asks_for_nothing(string crew) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Count, 10, None).Then(Only, Four);
        for (var round = 0; round < 100; round++)
        {
            Assert.Equal([-1], await pipeline.To(xs => xs.ToList()).RunAsync(With(crew)));
            Assert.Equal([-1], await pipeline.To(xs => xs.ToListAsync()).RunAsync(With(crew)));
        }

        static IEnumerable<int> Only(IEnumerable<int> items)
        {
            yield return -1;
        }
    });

    [Fact]
    public Task Begin_no_more_than_there_are_threads_for() => Within.Time(async () =>
    {
        var begun = new ConcurrentDictionary<int, bool>();
        await Pipeline.From(Count, 3000, None).Then(Begin, Four with { MaxInFlight = Workers }).To(Items.Drop).RunAsync(With("the consumer alone"));
        Assert.Single(begun);

        IEnumerable<int> Begin(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                begun[PipelineContext.Current!.Worker] = true; // when the input is over, all begin, in case they make something of that
                yield return item;
            }
        }
    });

    // What they make of the end waits for all of them, so each needs a slot; while outputs of items may hold all of those.
    [Theory]
    [MemberData(nameof(Crews))]
    public Task Come_to_an_end_each_with_as_many_outputs_as_it_likes(string crew) => Within.Time(async () =>
    {
        for (var count = 0; count < 60; count++)
        {
            var items = await Pipeline.From(Count, count, None with { MaxInFlight = Workers }).Then(AddThree, Four with { MaxInFlight = Workers }).To(xs => xs.ToList()).RunAsync(With(crew));
            Assert.Equal(Twice(Count(count)).Concat(Enumerable.Range(0, Workers).SelectMany(w => Enumerable.Repeat(-w, 3))), items);
        }

        static IEnumerable<int> AddThree(IEnumerable<int> items) => Twice(items).Concat(Enumerable.Repeat(-PipelineContext.Current!.Worker, 3));
    });

    [Fact]
    public Task Fail_although_an_earlier_item_is_never_done() => Within.Time(async () =>
    {
        await Assert.ThrowsAsync<TestException>(() => Pipeline.From(Count, 2, None).Then(HangOrFail, Four).To(Items.Drop).RunAsync(With("all helpers")));

        IEnumerable<int> HangOrFail(IEnumerable<int> items, CancellationToken token)
        {
            foreach (var item in items)
            {
                if (item == 1)
                    throw new TestException();
                token.WaitHandle.WaitOne();
                yield return item;
            }
        }
    });

    [Fact]
    public Task Are_one_row_with_their_neighbours() => Within.Time(async () =>
    {
        var run = Pipeline.From(Count, 100, None with { Name = "a" }).Then(Twice, Four with { Name = "b" }).To(Items.Drop, new() { Name = "c" }).Start();
        await run.Completion;
        var row = Assert.Single(run.Snapshot().Stages);
        Assert.Equal("a+b+c", row.Name);
        Assert.Equal(100, row.ItemsIn);
    });

    private static RunOptions With(string crew) => new() { CreateStaffing = Staffings.All[crew] };

    private static IEnumerable<int> Count(int count) => Enumerable.Range(0, count);

    private static IEnumerable<int> Twice(IEnumerable<int> items) => items.SelectMany(x => new[] { x, x });

    private static IEnumerable<int> Odd(IEnumerable<int> items) => items.Where(x => x % 2 == 1);

    private static IEnumerable<int> Pass(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }
}
