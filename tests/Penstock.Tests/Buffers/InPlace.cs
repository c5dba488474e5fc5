using System.Buffers;
using System.Collections.Concurrent;
using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Buffers;

/// <summary>The consumer reads the memory that the producer has filled.</summary>
[Collection(nameof(Alone))]
public sealed class InPlace : IDisposable
{
    private static readonly int[] Lengths = [.. Enumerable.Repeat(new[] { 1, 500, 100_000 }, 20).SelectMany(x => x)];

    // The collector must not move what is to be found where it was.
    private readonly ConcurrentBag<MemoryHandle> pins = [];

    public static TheoryData<Place> InThisProcess => Places.InThisProcess;

    [Theory]
    [MemberData(nameof(InThisProcess))]
    public Task What_arrives_lies_where_it_was_filled(Place place) => MustLieWhereItWasFilled(place, x => x);

    [Theory]
    [MemberData(nameof(InThisProcess))]
    public Task Also_when_others_were_dropped_by_an_operator(Place place) => MustLieWhereItWasFilled(place, x => x.Where(b => b.Length != 500));

    [Theory]
    [MemberData(nameof(InThisProcess))]
    public Task Also_when_others_were_rented_and_disposed(Place place) => MustLieWhereItWasFilled(place, x => x.Then(RentAndDispose));

    [Theory]
    [InlineData(Place.OneThread)]
    [InlineData(Place.LockStep)]
    [InlineData(Place.Threads)]
    public Task Also_when_it_was_passed_on_between_threads(Place place) =>
        MustLieWhereItWasFilled(place, x => x.Then(BufferSteps.Pass, Places.Stage(place)).Then(BufferSteps.Pass, Places.Stage(place)));

    [Fact]
    public Task Half_a_gigabyte_takes_the_pages_that_are_touched_only() => Within.Time(async () =>
    {
        var (count, before) = (0, Memory.Shared);
        foreach (var item in Pipeline.From(() => Huge(40), Beside.Process).AsEnumerable())
        {
            Assert.Equal(count, item.Span[0]);
            Assert.Equal(-count, item.Span[^1]);
            count++;
            Memory.MustNotHaveGrown(before, 8 << 20);
        }

        Assert.Equal(40, count);
        await Task.CompletedTask;
    });

    [Theory]
    [InlineData(Place.Threads)]
    [InlineData(Place.SharedLinks)]
    public Task A_buffer_costs_a_small_object_and_no_memory(Place place) => Within.Time(() =>
    {
        const int Count = 2000;
        var (seen, before) = (0, 0L);
        foreach (var item in Pipeline.From(Untouched).AsEnumerable(Places.Run(place)).Take(Count + 100))
        {
            Assert.Equal(1 << 20, item.Length);
            if (++seen == 100)
                before = GC.GetTotalAllocatedBytes(precise: true);
        }

        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / Count, 0, 1000);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public Task A_rare_giant_gives_its_memory_back(int giants) => Within.Time(() =>
    {
        var before = Memory.Shared;
        foreach (var item in Pipeline.From(GiantsAndDwarfs, giants).AsEnumerable(Places.Run(Place.SharedLinks)))
            Assert.Equal(7, item.Span[^1]);

        // Looked at while the run's memory is still there.
        using var results = Pipeline.From(GiantsAndDwarfs, giants).AsEnumerable(Places.Run(Place.SharedLinks)).GetEnumerator();
        for (var i = 0; i < giants + 20; i++)
            Assert.True(results.MoveNext());
        Memory.MustNotHaveGrown(before, 600 << 20);
    });

    [Fact]
    public Task So_does_one_that_is_never_handed_on() => Within.Time(() =>
    {
        var before = Memory.Shared;
        using var results = Pipeline.From(GiantInVain).AsEnumerable(Places.Run(Place.SharedLinks)).GetEnumerator();
        for (var i = 0; i < 20; i++)
            Assert.True(results.MoveNext());
        Memory.MustNotHaveGrown(before, 100 << 20);
    });

    public void Dispose()
    {
        foreach (var pin in pins)
            pin.Dispose();
    }

    private Task MustLieWhereItWasFilled(Place place, Func<Pipeline<Buffer<long>>, Pipeline<Buffer<long>>> between) => Within.Time(async () =>
    {
        var pipeline = between(Pipeline.From(() => BufferSteps.Addressed(Lengths, pins), Places.Stage(place))).Then(BufferSteps.IsWhereItWasFilled, Places.Stage(place));
        var seen = await pipeline.ToListAsync(place);
        Assert.InRange(seen.Count, Lengths.Length * 2 / 3, Lengths.Length);
        Assert.DoesNotContain(false, seen);
    });

    private IEnumerable<Buffer<long>> RentAndDispose(IEnumerable<Buffer<long>> items)
    {
        foreach (var item in items)
        {
            Buffer<long>.Rent(item.Length).Dispose();
            using var other = Buffer<long>.Rent(1);
            other.Dispose();
            foreach (var filled in BufferSteps.Addressed([item.Length], pins))
                yield return filled;
        }
    }

    private static IEnumerable<Buffer<int>> Huge(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var buffer = Buffer<int>.Rent(128 << 20);
            (buffer.Span[0], buffer.Span[^1]) = (i, -i);
            yield return buffer;
        }
    }

    private static IEnumerable<Buffer<byte>> Untouched()
    {
        while (true)
            yield return Buffer<byte>.Rent(1 << 20);
    }

    private static IEnumerable<Buffer<byte>> GiantsAndDwarfs(int giants)
    {
        for (var i = 0; i < giants + 30; i++)
        {
            var buffer = Buffer<byte>.Rent(i < giants ? 300 << 20 : 10);
            buffer.Span.Fill(7);
            yield return buffer;
        }
    }

    private static IEnumerable<Buffer<byte>> GiantInVain()
    {
        using (var giant = Buffer<byte>.Rent(300 << 20))
            giant.Span.Fill(7);
        for (var i = 0; i < 30; i++)
            yield return Buffer<byte>.Rent(10);
    }
}
