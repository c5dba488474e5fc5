using Penstock.Tests.Support;

namespace Penstock.Tests.Buffers;

/// <summary>A generator of buffers gives the same everywhere, whatever it does with them.</summary>
public class SameResult
{
    private const int Count = 60;

    public static TheoryData<Place> All => Places.All;

    [Theory]
    [MemberData(nameof(All))]
    public Task Filled_received_passed_on_and_filled_again(Place place) => MustGive(place, Count, BufferSteps.Double);

    [Theory]
    [MemberData(nameof(All))]
    public Task Rented_and_dropped(Place place) => MustGive(place, Count, DropOdd);

    [Theory]
    [MemberData(nameof(All))]
    public Task Several_rented_before_the_first_is_yielded(Place place) => MustGive(place, Count, ThreeAtOnce);

    [Theory]
    [MemberData(nameof(All))]
    public Task Rented_last_and_yielded_first(Place place) => MustGive(place, Count, Backwards);

    [Theory]
    [MemberData(nameof(All))]
    public Task The_next_one_rented_and_filled_by_another_thread_before_the_last_is_yielded(Place place) => MustGive(place, Count, OneAhead);

    [Theory]
    [MemberData(nameof(All))]
    public Task Rented_before_the_received_one_is_passed_on(Place place) => MustGive(place, Count, BothWays);

    [Theory]
    [MemberData(nameof(All))]
    public Task Changed_in_place_and_passed_on(Place place) => MustGive(place, Count, Negate);

    [Theory]
    [MemberData(nameof(All))]
    public Task Disposed_early_by_the_consumer(Place place) => MustGive(place, Count, DoubleAndDispose);

    [Theory]
    [MemberData(nameof(All))]
    public Task Disposed_behind_the_yield_by_the_producer(Place place) => MustGive(place, Count, UseAndYield);

    [Theory]
    [MemberData(nameof(All))]
    public Task Operators_that_drop_and_look(Place place) => Within.Time(async () =>
    {
        var expected = BufferSteps.Source(Count).Where(b => b.Length != 1000).Select(BufferSteps.Describe);
        var pipeline = Pipeline.From(BufferSteps.Source, Count, Places.Stage(place)).Where(b => b.Length != 1000).Then(BufferSteps.Pass, Places.Stage(place)).Select(BufferSteps.Describe);
        Assert.Equal(expected, await pipeline.ToListAsync(place));
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task No_buffer_is_an_item_too(Place place) => Within.Time(async () =>
        Assert.Equal([true, false, true], await Pipeline.From(WithNone, Places.Stage(place)).Then(PassAny, Places.Stage(place)).Select(b => b is null).ToListAsync(place)));

    [Fact]
    public Task A_serializer_of_the_user_has_nothing_to_do_with_them() => Within.Time(async () =>
        Assert.Equal([true, false, true], await Pipeline.From(WithNone).Then(PassAny).To(xs => xs.Select(b => b is null).ToList()).RunAsync(
            Places.Run(Place.SharedLinks) with { Serializer = new JsonItemSerializer(new System.Text.Json.JsonSerializerOptions()) })));

    [Theory]
    [InlineData(Place.Threads)]
    [InlineData(Place.SharedLinks)]
    [InlineData(Place.Processes)]
    public Task Several_workers_in_order(Place place) => Within.Time(async () =>
    {
        var several = new StageOptions { Workers = 3 };
        var pipeline = Pipeline.From(BufferSteps.Count, Count).Then(BufferSteps.Fill, several).Then(BufferSteps.Double, several).Then(BufferSteps.Pass, several).Then(BufferSteps.Describe);
        Assert.Equal(BufferSteps.Describe(BufferSteps.Double(BufferSteps.Source(Count))), await pipeline.ToListAsync(place));
    });

    [Theory]
    [InlineData(Place.Threads)]
    [InlineData(Place.SharedLinks)]
    [InlineData(Place.Processes)]
    public Task Several_workers_without_order(Place place) => Within.Time(async () =>
    {
        var several = new StageOptions { Workers = 3, Ordered = false };
        var pipeline = Pipeline.From(BufferSteps.Count, Count).Then(BufferSteps.Fill, several).Then(BufferSteps.Double, several).Then(BufferSteps.Describe, several);
        var expected = BufferSteps.Describe(BufferSteps.Double(BufferSteps.Source(Count)));
        Assert.Equal(expected.Order(StringComparer.Ordinal), (await pipeline.ToListAsync(place)).Order(StringComparer.Ordinal));
    });

    [Theory]
    [InlineData(Place.Threads)]
    [InlineData(Place.SharedLinks)]
    [InlineData(Place.Processes)]
    public Task Asynchronous_generators(Place place) => Within.Time(async () =>
    {
        var options = place == Place.Processes ? new StageOptions { Isolation = Isolation.Process } : new();
        var pipeline = Pipeline.From(BufferSteps.Source, Count).Then(DoubleSlowly, options).Then(BufferSteps.Describe);
        Assert.Equal(BufferSteps.Describe(BufferSteps.Double(BufferSteps.Source(Count))), await pipeline.ToListAsync(place));
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Batches_hold_their_buffers(Place place) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(BufferSteps.Source, Count, Places.Stage(place)).Batch(7);
        Assert.Equal(BufferSteps.Describe(BufferSteps.Source(Count)), pipeline.AsEnumerable(Places.Run(place) with { SharesLinks = false }).SelectMany(batch => batch).Select(BufferSteps.Describe));
        await Task.CompletedTask;
    });

    [Theory]
    [InlineData(Place.OneThread)]
    [InlineData(Place.Threads)]
    public Task Scattered_and_gathered(Place place) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(BufferSteps.Source, Count).ScatterGather(
            whole => Enumerable.Range(0, 3).Select(_ => Copy(whole)),
            parts => parts.Then(BufferSteps.Double),
            (whole, parts) => $"{BufferSteps.Describe(whole)} {string.Join(' ', parts.Select(BufferSteps.Describe))}");
        var expected = BufferSteps.Source(Count).Select(b => (Whole: BufferSteps.Describe(b), Part: BufferSteps.Describe(BufferSteps.Double([b])).Single()))
            .Select(d => $"{d.Whole} {d.Part} {d.Part} {d.Part}");
        Assert.Equal(expected, await pipeline.ToListAsync(place));
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Streamed_to_the_caller(Place place) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(BufferSteps.Source, Count, Places.Stage(place)).Then(BufferSteps.Pass, Places.Stage(place));
        Assert.Equal(BufferSteps.Describe(BufferSteps.Source(Count)), pipeline.AsEnumerable(Places.Run(place)).Select(BufferSteps.Describe));
        var seen = new List<string>();
        await foreach (var item in pipeline.AsAsyncEnumerable(Places.Run(place)))
            seen.Add(BufferSteps.Describe(item));
        Assert.Equal(BufferSteps.Describe(BufferSteps.Source(Count)), seen);
    });

    private static Task MustGive(Place place, int count, Func<IEnumerable<Buffer<int>>, IEnumerable<Buffer<int>>> stage) => Within.Time(async () =>
    {
        var options = Places.Stage(place);
        var pipeline = Pipeline.From(BufferSteps.Source, count, options).Then(stage, options).Then(BufferSteps.Pass, options).Then(BufferSteps.Describe, options);
        Assert.Equal(BufferSteps.Describe(stage(BufferSteps.Source(count))), await pipeline.ToListAsync(place));
    });

    private static IEnumerable<Buffer<int>?> WithNone() => [null, Buffer<int>.Rent(0), null];

    private static IEnumerable<Buffer<int>?> PassAny(IEnumerable<Buffer<int>?> items)
    {
        foreach (var item in items)
            yield return item;
    }

    private static IEnumerable<Buffer<int>> DropOdd(IEnumerable<Buffer<int>> items) =>
        items.Select((item, n) => (Double: BufferSteps.Double([item]).Single(), n)).Where(p => p.n % 2 == 0).Select(p => p.Double);

    private static IEnumerable<Buffer<int>> ThreeAtOnce(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            foreach (var made in new[] { BufferSteps.Make(item.Length), Copy(item), BufferSteps.Make(3) })
                yield return made;
        }
    }

    private static IEnumerable<Buffer<int>> Backwards(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            var (first, second) = (BufferSteps.Make(item.Length), Copy(item));
            yield return second;
            yield return first;
        }
    }

    private static IEnumerable<Buffer<int>> OneAhead(IEnumerable<Buffer<int>> items)
    {
        Buffer<int>? last = null;
        var filling = Task.CompletedTask;
        foreach (var item in items)
        {
            var (values, next) = (item.Span.ToArray(), Buffer<int>.Rent(item.Length));
            if (last is not null)
            {
                filling.Wait();
                filling = Task.Run(() => values.CopyTo(next.Memory));
                yield return last;
            }
            else
            {
                filling = Task.Run(() => values.CopyTo(next.Memory));
            }

            last = next;
        }

        filling.Wait();
        if (last is not null)
            yield return last;
    }

    private static IEnumerable<Buffer<int>> BothWays(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            var copy = BufferSteps.Double([item]).Single();
            yield return item;
            yield return copy;
        }
    }

    private static IEnumerable<Buffer<int>> Negate(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            for (var k = 0; k < item.Length; k++)
                item.Span[k] = -item.Span[k];
            yield return item;
        }
    }

    private static IEnumerable<Buffer<int>> DoubleAndDispose(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            var doubled = BufferSteps.Double([item]).Single();
            item.Dispose();
            yield return doubled;
        }
    }

    private static IEnumerable<Buffer<int>> UseAndYield(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            using var scratch = Buffer<int>.Rent(10);
            using var copy = Copy(item);
            if (PipelineContext.Current is null)
                yield return BufferSteps.Make(item.Length); // plain composition has nobody who owns what was yielded
            else
                yield return Refill(copy, item.Length);
        }
    }

    private static Buffer<int> Refill(Buffer<int> buffer, int n)
    {
        var made = BufferSteps.Make(n);
        if (made.Length != buffer.Length)
            return made;
        made.Span.CopyTo(buffer.Span);
        return buffer;
    }

    private static async IAsyncEnumerable<Buffer<int>> DoubleSlowly(IAsyncEnumerable<Buffer<int>> items)
    {
        await foreach (var item in items)
        {
            var doubled = BufferSteps.Double([item]).Single();
            await Task.Yield();
            yield return doubled;
        }
    }

    private static Buffer<int> Copy(Buffer<int> item)
    {
        var copy = Buffer<int>.Rent(item.Length);
        item.Span.CopyTo(copy.Span);
        return copy;
    }
}
