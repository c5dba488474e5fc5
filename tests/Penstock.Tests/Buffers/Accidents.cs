using System.Collections.Concurrent;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Buffers;

/// <summary>The buffer that a worker fails on is in its slot still: it is tried again, or put aside as a copy.</summary>
public class Accidents
{
    private const int Count = 24;
    private const int Culprit = 7; // of 300,000 elements

    public static TheoryData<Place, Accident> Kinds => new()
    {
        { Place.OneThread, Accident.Exception },
        { Place.Threads, Accident.Exception },
        { Place.SharedLinks, Accident.Exception },
        { Place.Processes, Accident.Exception },
        { Place.Processes, Accident.Kill },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Tried_again_it_is_what_it_was(Place place, Accident kind) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(BufferSteps.Source, Count).Then(PassWithMishap, new Mishap(kind, Culprit, OnlyFirst: true), new() { Faults = FaultPolicy.Retry(2) }).Then(BufferSteps.Describe);
        Assert.Equal(BufferSteps.Describe(BufferSteps.Source(Count)), await pipeline.ToListAsync(place));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Skipped_it_is_a_dead_letter_that_lasts(Place place, Accident kind) => Within.Time(async () =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var pipeline = Pipeline.From(BufferSteps.Source, Count).Then(PassWithMishap, new Mishap(kind, Culprit), new() { Faults = FaultPolicy.Skip }).Then(BufferSteps.Describe);
        var results = await pipeline.ToListAsync(Places.Run(place) with { DeadLetter = letters.Enqueue });
        Assert.Equal(BufferSteps.Describe(BufferSteps.Source(Count)), results); // each was passed on before the accident
        var letter = Assert.Single(letters);
        Assert.Equal(BufferSteps.Describe(BufferSteps.Make(Culprit)), BufferSteps.Describe(Assert.IsType<Buffer<int>>(letter.Item)));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task What_a_failed_try_had_rented_is_given_back(Place place, Accident kind) => Within.Time(async () =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var pipeline = Pipeline.From(BufferSteps.Source, Count).Then(RentWithMishap, new Mishap(kind, Culprit), new() { Faults = FaultPolicy.Skip }).Then(BufferSteps.Describe);
        var results = await pipeline.ToListAsync(Places.Run(place) with { DeadLetter = letters.Enqueue });
        Assert.Equal(BufferSteps.Describe(BufferSteps.Source(Count)).Where((_, n) => n != Culprit), results);
        Assert.Single(letters);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Disposed_by_its_consumer_it_is_tried_again_as_it_was(Place place, Accident kind) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(BufferSteps.Source, Count).Then(DisposeWithMishap, new Mishap(kind, Culprit, OnlyFirst: true), new() { Faults = FaultPolicy.Retry(2) });
        Assert.Equal(BufferSteps.Describe(BufferSteps.Source(Count)), await pipeline.ToListAsync(place));
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Disposed_by_its_consumer_it_is_a_dead_letter_all_the_same(Place place, Accident kind) => Within.Time(async () =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var pipeline = Pipeline.From(BufferSteps.Source, Count).Then(DisposeWithMishap, new Mishap(kind, Culprit), new() { Faults = FaultPolicy.Skip });
        var results = await pipeline.ToListAsync(Places.Run(place) with { DeadLetter = letters.Enqueue });
        Assert.Equal(BufferSteps.Describe(BufferSteps.Source(Count)).Where((_, n) => n != Culprit), results);
        Assert.Equal(BufferSteps.Describe(BufferSteps.Make(Culprit)), BufferSteps.Describe(Assert.IsType<Buffer<int>>(Assert.Single(letters).Item)));
    });

    [Theory]
    [InlineData(Place.Threads)]
    [InlineData(Place.SharedLinks)]
    [InlineData(Place.Processes)]
    public Task An_early_stop_and_a_failure_end_the_run(Place place) => Within.Time(async () =>
    {
        Assert.Equal(3, await Pipeline.From(BufferSteps.Source, int.MaxValue).Then(BufferSteps.Pass).To(xs => xs.Take(3).Count()).RunAsync(Places.Run(place)));
        var failing = Pipeline.From(BufferSteps.Source, int.MaxValue).Then(PassWithMishap, new Mishap(Accident.Exception, Culprit)).Then(BufferSteps.Describe);
        await Assert.ThrowsAsync<MishapException>(() => failing.ToListAsync(place));
    });

    [Fact]
    public Task Bytes_in_flight_are_counted_between_threads() => Within.Time(async () =>
        Assert.Equal(Count, (await Pipeline.From(BufferSteps.Source, Count, new() { MaxInFlightBytes = 100_000 }).Then(BufferSteps.Describe).ToListAsync(Place.Threads)).Count));

    private static IEnumerable<Buffer<int>> PassWithMishap(IEnumerable<Buffer<int>> items, Mishap mishap)
    {
        foreach (var item in items)
        {
            var isCulprit = item is { Length: 300_000 } && item.Span[0] == Culprit;
            yield return item;
            if (isCulprit)
                mishap.Meet(Culprit);
        }
    }

    private static IEnumerable<string> DisposeWithMishap(IEnumerable<Buffer<int>> items, Mishap mishap)
    {
        foreach (var item in items)
        {
            string description;
            using (item)
            {
                description = BufferSteps.Describe(item);
                if (item is { Length: 300_000 } && item.Span[0] == Culprit)
                    mishap.Meet(Culprit);
            }

            yield return description;
        }
    }

    private static IEnumerable<Buffer<int>> RentWithMishap(IEnumerable<Buffer<int>> items, Mishap mishap)
    {
        foreach (var item in items)
        {
            var rented = Buffer<int>.Rent(item.Length);
            if (item is { Length: 300_000 } && item.Span[0] == Culprit)
                mishap.Meet(Culprit);
            item.Span.CopyTo(rented.Span);
            yield return rented;
        }
    }
}
