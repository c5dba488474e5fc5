using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Workers without threads that get several items at once, and items pulled several at once: nobody waits for what another has in advance.</summary>
public sealed class CrewsWithStints
{
    private const int Workers = 4;
    private const int Room = 64;
    private const int Count = 3000;

    private static readonly TimeSpan Never = TimeSpan.FromSeconds(20);
    private static readonly StageOptions None = new() { Isolation = Isolation.None, MaxInFlight = Room };
    private static readonly StageOptions Four = None with { Name = "crew", Workers = Workers };

    public static TheoryData<string, bool> Crews
    {
        get
        {
            var all = new TheoryData<string, bool>();
            foreach (var crew in Staffings.All.Keys)
            {
                all.Add(crew, true);
                all.Add(crew, false);
            }

            return all;
        }
    }

    // The consumer cannot be in two places: what it works on itself keeps it from taking what others make.
    private static bool IsHelper => Thread.CurrentThread.Name!.StartsWith("Penstock: crew", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Let_others_begin_with_what_lies_behind_an_item_that_lingers(string crew, bool ordered) => Within.Time(async () =>
    {
        var (begun, change) = (new int[Count + Room], new Pulse());
        var items = await Pipeline.From(Produce, Count, None).Then(xs => xs.Select(Linger), Four with { Ordered = ordered }).To(xs => xs.ToList()).RunAsync(With(crew));
        Assert.Equal(Produce(Count), ordered ? items : items.Order());

        int Linger(int item)
        {
            Volatile.Write(ref begun[item], 1);
            change.Beat();
            if (item % 100 == 50 && IsHelper && !change.Wait(() => Enumerable.Range(item + 1, 20).All(i => Volatile.Read(ref begun[i]) == 1), Never))
                throw new TestException($"not all behind {item} were begun");
            return item;
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Hand_on_what_was_made_before_an_item_that_lingers(string crew, bool ordered) => Within.Time(async () =>
    {
        var (consumed, change) = (new int[Count], new Pulse());
        await Pipeline.From(Produce, Count, None).Then(Linger, Four with { Ordered = ordered }).To(Consume).RunAsync(With(crew));

        IEnumerable<int> Linger(IEnumerable<int> items)
        {
            var before = -1;
            foreach (var item in items)
            {
                if (item % 10 == 5 && IsHelper && before >= 0 && !change.Wait(() => Volatile.Read(ref consumed[before]) == 1, Never))
                    throw new TestException($"{before} was kept");
                before = item;
                yield return item;
            }
        }

        void Consume(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                Volatile.Write(ref consumed[item], 1);
                change.Beat();
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Hand_on_what_has_been_pulled_while_the_source_lingers(string crew, bool ordered) => Within.Time(async () =>
    {
        var (done, change) = (0, new Pulse());
        var items = await Pipeline.From(Linger, None).Then(xs => xs.Select(Note), Four with { Ordered = ordered }).To(xs => xs.ToList()).RunAsync(With(crew));
        Assert.Equal(Produce(Count), ordered ? items : items.Order());

        IEnumerable<int> Linger()
        {
            for (var item = 0; item < Count; item++)
            {
                if (item % 50 == 49 && !change.Wait(() => Volatile.Read(ref done) == item, Never))
                    throw new TestException($"{item - Volatile.Read(ref done)} were kept");
                yield return item;
            }
        }

        int Note(int item)
        {
            Interlocked.Increment(ref done);
            change.Beat();
            return item;
        }
    });

    // Also where what has come back waits, with all slots taken by what lies behind it.
    [Theory]
    [MemberData(nameof(Crews))]
    public Task Hand_on_everything_that_has_been_pulled_while_the_source_lingers(string crew, bool ordered) => Within.Time(async () =>
    {
        for (var round = 0; round < 30; round++)
        {
            var (consumed, change) = (0, new Pulse());
            var count = await Pipeline.From(Linger, None).Then(WorkUnevenly, Four with { Ordered = ordered, MaxInFlight = 16 }).To(Consume).RunAsync(With(crew));
            Assert.Equal(WorkUnevenly(Produce(300)).Count(), count);

            IEnumerable<int> Linger()
            {
                var expected = 0;
                for (var item = 0; item < 300; item++)
                {
                    if (item % 30 == 29 && !change.Wait(() => Volatile.Read(ref consumed) == expected, Never))
                        throw new TestException($"{expected - Volatile.Read(ref consumed)} were kept");
                    yield return item;
                    expected += WorkUnevenly([item]).Count();
                }
            }

            int Consume(IEnumerable<int> items)
            {
                foreach (var _ in items)
                {
                    Volatile.Write(ref consumed, consumed + 1);
                    change.Beat();
                }

                return consumed;
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Keep_the_order_where_an_item_suddenly_gives_several_outputs(string crew, bool ordered) => Within.Time(async () =>
    {
        for (var first = 100; first < 130; first++)
            await MustGiveWhatPlainCompositionGives(items => items.SelectMany(item => Enumerable.Repeat(item, item == first ? 100 : 1)), crew, ordered);
    });

    // So that items are taken back all the time, and given to workers that have done later ones.
    [Theory]
    [MemberData(nameof(Crews))]
    public Task Keep_the_order_of_items_that_take_unevenly_long(string crew, bool ordered) => Within.Time(async () =>
    {
        for (var round = 0; round < 200; round++)
            await MustGiveWhatPlainCompositionGives(WorkUnevenly, crew, ordered);
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Keep_the_order_where_an_item_suddenly_gives_none(string crew, bool ordered) => Within.Time(async () =>
    {
        for (var first = 100; first < 130; first++)
            await MustGiveWhatPlainCompositionGives(items => items.Where(x => x < first || x % 3 != 0), crew, ordered);
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Fail_behind_all_that_precedes_the_failure(string crew, bool ordered) => Within.Time(async () =>
    {
        for (var last = 100; last < 130; last++)
        {
            var seen = new List<int>();
            await Assert.ThrowsAsync<TestException>(() =>
                Pipeline.From(Produce, 300, None).Then(xs => xs.Select(x => x == last ? throw new TestException() : x), Four with { Ordered = ordered }).To(xs => seen.AddRange(xs)).RunAsync(With(crew) with { FailureGrace = Patience.NoHurry.FailureGrace }));
            if (ordered)
                Assert.Equal(Produce(last), seen);
            Assert.Equal(seen.Count, seen.Distinct().Count());
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Dispose_every_item_that_nobody_takes(string crew, bool ordered) => Within.Time(async () =>
    {
        for (var taken = 100; taken < 130; taken++)
        {
            var depot = new Depot();
            var count = await Pipeline.From(() => depot.Parcels(Count), None).Then(xs => xs.Select(x => x), Four with { Ordered = ordered }).To(xs => Take(xs, taken)).RunAsync(With(crew));
            Assert.Equal(taken, count);
            depot.MustHaveEverythingBack();
        }

        static int Take(IEnumerable<Parcel> parcels, int count)
        {
            foreach (var parcel in parcels.Take(count))
                parcel.Dispose();
            return count;
        }
    });

    private static async Task MustGiveWhatPlainCompositionGives(Func<IEnumerable<int>, IEnumerable<int>> step, string crew, bool ordered)
    {
        var items = await Pipeline.From(Produce, 300, None).Then(step, Four with { Ordered = ordered }).To(xs => xs.ToList()).RunAsync(With(crew));
        Assert.Equal(step(Produce(300)), ordered ? items : items.Order());
    }

    // At first an output of each item, then many of some.
    private static IEnumerable<int> WorkUnevenly(IEnumerable<int> items) =>
        items.SelectMany(static item => Enumerable.Repeat(item, item > 150 && item % 64 == 3 ? 90 : 1)).Select(Work);

    private static int Work(int item)
    {
        var hash = ((uint)item * 2654435761) >> 16;
        if (hash % 7 == 0)
            Thread.SpinWait((int)(hash % 300));
        else if (hash % 50 == 1)
            Thread.Yield();
        return item;
    }

    private static IEnumerable<int> Produce(int count) => Enumerable.Range(0, count);

    private static RunOptions With(string crew) => new() { CreateStaffing = Staffings.All[crew] };
}
