using Penstock.Tests.Support;

namespace Penstock.Tests.Corners;

/// <summary>Early stop: where a worker ends before its input does.</summary>
public class Rule04EarlyStop
{
    private const int End = 25;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public Task An_ordered_stage_ends_at_the_item_where_one_of_its_workers_ends(int workers) => Within.Time(() =>
    {
        for (var round = 0; round < 100; round++)
        {
            var pipeline = Pipeline.From(Items.Endless).Then(UntilEnd, new() { Workers = workers, MaxInFlight = workers + (round % 5) });
            Assert.Equal(Enumerable.Range(0, End), pipeline.AsEnumerable());
        }
    });

    [Fact]
    public Task What_the_last_item_has_yielded_before_the_stage_ended_there_is_kept() => Within.Time(() =>
    {
        for (var round = 0; round < 100; round++)
            Assert.Equal(Enumerable.Range(0, End + 1), Pipeline.From(Items.Endless).Then(ThroughEnd, new() { Workers = 4 }).AsEnumerable());
    });

    [Fact]
    public Task Of_two_workers_that_end_the_one_with_the_earlier_item_counts() => Within.Time(() =>
    {
        for (var round = 0; round < 100; round++)
        {
            var bothThere = new Barrier(2);
            Assert.Equal([0, 1], Pipeline.From(Items.Endless).Then(EndAtTwoAndThree, new() { Workers = 4 }).AsEnumerable());

            IEnumerable<int> EndAtTwoAndThree(IEnumerable<int> items)
            {
                foreach (var item in items)
                {
                    if (item is 2 or 3)
                    {
                        bothThere.SignalAndWait();
                        yield break;
                    }

                    yield return item;
                }
            }
        }
    });

    [Fact]
    public Task Items_behind_the_end_are_disposed() => Within.Time(() =>
    {
        for (var round = 0; round < 50; round++)
        {
            var depot = new Depot();
            var pipeline = Pipeline.From(() => depot.Parcels()).Then(Repack, new() { Workers = 4 });

            foreach (var parcel in pipeline.AsEnumerable())
                parcel.Dispose();

            depot.MustHaveEverythingBack();

            IEnumerable<Parcel> Repack(IEnumerable<Parcel> parcels)
            {
                foreach (var parcel in parcels)
                {
                    parcel.Dispose();
                    if (parcel.Number == End)
                        yield break;
                    yield return depot.Make(parcel.Number);
                }
            }
        }
    });

    [Fact]
    public Task An_unordered_stage_ends_when_all_its_workers_have_ended() => Within.Time(() =>
    {
        var outputs = Pipeline.From(Enumerable.Range(0, 100)).Then(OneLeaves, new() { Workers = 3, Ordered = false }).AsEnumerable();
        Assert.Equal(Enumerable.Range(0, 100).Except([5]), outputs.Order());

        static IEnumerable<int> OneLeaves(IEnumerable<int> items) => items.TakeWhile(item => item != 5);
    });

    [Fact]
    public Task An_unordered_stage_whose_workers_have_all_ended_ends_an_endless_source() => Within.Time(() =>
    {
        var outputs = Pipeline.From(Items.Endless).Then(xs => xs.Take(10), new() { Workers = 3, Ordered = false }).AsEnumerable();
        Assert.Equal(30, outputs.Distinct().Count());
    });

    [Fact]
    public Task A_sink_with_several_workers_goes_on_until_all_have_ended() => Within.Time(async () =>
    {
        var taken = 0;
        await Pipeline.From(Items.Endless).To(TakeTen, new() { Workers = 3 }).RunAsync();
        Assert.Equal(30, taken);

        void TakeTen(IEnumerable<int> items)
        {
            foreach (var _ in items.Take(10))
                Interlocked.Increment(ref taken);
        }
    });

    private static IEnumerable<int> UntilEnd(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            Unevenly(item);
            if (item == End)
                yield break;
            yield return item;
        }
    }

    private static IEnumerable<int> ThroughEnd(IEnumerable<int> items)
    {
        foreach (var item in items)
        {
            Unevenly(item);
            yield return item;
            if (item == End)
                yield break;
        }
    }

    private static void Unevenly(int item) => Thread.SpinWait(item % 7 * 200);
}
