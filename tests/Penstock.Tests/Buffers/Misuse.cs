using Penstock.Tests.Isolated;
using Penstock.Tests.Support;

namespace Penstock.Tests.Buffers;

/// <summary>Whoever uses a buffer at the wrong time gets an exception that names the cure, everywhere the same.</summary>
public class Misuse
{
    private const int Count = 20;

    public static TheoryData<Place> All => Places.All;

    [Theory]
    [MemberData(nameof(All))]
    public Task Used_after_the_next_one_was_asked_for(Place place) => Within.Time(async () =>
    {
        var kept = await Pipeline.From(BufferSteps.Source, Count, Places.Stage(place)).ToListAsync(place);
        Assert.Equal(Count, kept.Count);
        Assert.All(kept, MustHaveEnded);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Memory_ends_with_its_buffer(Place place) => Within.Time(async () =>
    {
        var memories = await Pipeline.From(BufferSteps.Source, Count, Places.Stage(place)).To(xs => xs.Select(b => b.Memory).ToList()).RunAsync(Places.Run(place));
        Assert.Equal(Count, memories.Count);
        Assert.All(memories, memory => Assert.Contains("has ended", Assert.Throws<ObjectDisposedException>(() => memory.Span.Length).Message, StringComparison.Ordinal));
        Assert.All(memories, memory => Assert.Throws<ObjectDisposedException>(() => memory.Pin()));
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Used_after_the_run(Place place) => Within.Time(async () =>
    {
        MustHaveEnded(await Pipeline.From(BufferSteps.Source, Count, Places.Stage(place)).To(xs => xs.First()).RunAsync(Places.Run(place)));
        Buffer<int> last;
        using (var results = Pipeline.From(BufferSteps.Source, Count, Places.Stage(place)).AsEnumerable(Places.Run(place)).GetEnumerator())
        {
            Assert.True(results.MoveNext());
            last = results.Current;
            Assert.Equal(BufferSteps.Lengths[0], last.Span.Length);
        }

        GC.Collect();
        MustHaveEnded(last);
    });

    [Theory]
    [MemberData(nameof(All))]
    public Task Yielded_twice(Place place) => MustFail(place, YieldTwice, "yields Buffer<Int32>[100]", "'YieldTwice'", "belongs to the consumer", "Rent one for each item");

    [Theory]
    [MemberData(nameof(All))]
    public Task Passed_on_twice(Place place) => MustFail(place, PassTwice, "'PassTwice'", "Rent one for each item");

    [Theory]
    [MemberData(nameof(All))]
    public Task Passed_on_too_late(Place place) => MustFail(place, PassLate, "'PassLate'", "has ended", "before you ask for your next");

    [Theory]
    [MemberData(nameof(All))]
    public Task Disposed_and_yielded(Place place) => MustFail(place, DisposeAndYield, "'DisposeAndYield'", "has ended");

    [Fact]
    public Task One_that_was_filled_in_a_slot_ends_for_its_producer_with_the_yield() => Within.Time(async () =>
    {
        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => Pipeline.From(BufferSteps.Count, Count).Then(FillBehindTheYield).ToListAsync(Place.SharedLinks));
        Assert.Contains("it was yielded", error.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Too_long_or_shorter_than_nothing()
    {
        Assert.Equal(1 << 30, Buffer<byte>.Rent(1 << 30).Length);
        var tooLong = Assert.Throws<ArgumentOutOfRangeException>(() => Buffer<double>.Rent(300_000_000));
        Assert.Contains("2,400,000,000 bytes", tooLong.Message, StringComparison.Ordinal);
        Assert.Contains("1,073,741,824", tooLong.Message, StringComparison.Ordinal);
        Assert.Contains("Split it", tooLong.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Buffer<byte>.Rent(-1));
    }

    [Fact]
    public void Outside_a_run_it_is_ordinary_memory_and_ends_when_disposed()
    {
        var buffer = Buffer<int>.Rent(5);
        buffer.Span.Fill(3);
        using (var pin = buffer.Memory.Pin())
            Assert.Equal([3, 3, 3, 3, 3], buffer.Memory.ToArray());
        buffer.Dispose();
        buffer.Dispose();
        Assert.Contains("it was disposed", Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length).Message, StringComparison.Ordinal);
        Assert.Equal("Buffer<Int32>[5]", buffer.ToString());
    }

    [Fact]
    public Task Inside_another_item_or_as_an_argument_it_cannot_cross() => Within.Time(async () =>
    {
        var inside = await Assert.ThrowsAsync<PipelineDefinitionException>(() => Pipeline.From([1]).Then(Named, Beside.Process).To(Items.Drop).RunAsync());
        Assert.Contains("'Named': its items of type", inside.Message, StringComparison.Ordinal);
        Assert.Contains("Yield the buffer by itself, or use an array or a Memory", inside.Message, StringComparison.Ordinal);
        var pair = await Assert.ThrowsAsync<PipelineDefinitionException>(() => Pipeline.From([1]).Then(Paired, Beside.Process).To(Items.Drop).RunAsync());
        Assert.Contains("Yield the buffer by itself", pair.Message, StringComparison.Ordinal);
        var argument = await Assert.ThrowsAsync<PipelineDefinitionException>(() => Pipeline.From([1]).Then(WithArgument, Buffer<int>.Rent(1), Beside.Process).To(Items.Drop).RunAsync());
        Assert.Contains("its argument", argument.Message, StringComparison.Ordinal);
        var address = await Assert.ThrowsAsync<PipelineDefinitionException>(() => Pipeline.From([1]).Then(Addresses, Beside.Process).To(Items.Drop).RunAsync());
        Assert.Contains("address", address.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task Inside_another_item_it_flows_between_threads() => Within.Time(async () =>
        Assert.Equal(["1: 5"], await Pipeline.From([1]).Then(Named).To(xs => xs.Select(x => BufferSteps.Describe(x.Buffer)).ToList()).RunAsync()));

    private static Task MustFail(Place place, Func<IEnumerable<Buffer<int>>, IEnumerable<Buffer<int>>> stage, params string[] complaints) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(BufferSteps.Source, Count, Places.Stage(place)).Then(stage, Places.Stage(place)).To(xs => xs.Count());
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.RunAsync(Places.Run(place)));
        Assert.All(complaints, complaint => Assert.Contains(complaint, error.Message, StringComparison.Ordinal));
    });

    private static void MustHaveEnded(Buffer<int> buffer)
    {
        var error = Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        Assert.Contains("its consumer has asked for the next item", error.Message, StringComparison.Ordinal);
        Assert.Contains("copy what you need of it: buffer.Span.ToArray()", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<Buffer<int>> YieldTwice(IEnumerable<Buffer<int>> items)
    {
        foreach (var _ in items)
        {
            var buffer = Buffer<int>.Rent(100);
            yield return buffer;
            yield return buffer;
        }
    }

    private static IEnumerable<Buffer<int>> PassTwice(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            yield return item;
            yield return item;
        }
    }

    private static IEnumerable<Buffer<int>> PassLate(IEnumerable<Buffer<int>> items)
    {
        Buffer<int>? last = null;
        foreach (var item in items)
        {
            if (last is not null)
                yield return last;
            last = item;
        }
    }

    private static IEnumerable<Buffer<int>> DisposeAndYield(IEnumerable<Buffer<int>> items)
    {
        foreach (var item in items)
        {
            item.Dispose();
            yield return item;
        }
    }

    private static IEnumerable<Buffer<int>> FillBehindTheYield(IEnumerable<int> items)
    {
        foreach (var _ in items)
        {
            var buffer = Buffer<int>.Rent(1);
            yield return buffer;
            buffer.Span[0] = 1;
        }
    }

    private static IEnumerable<NamedBuffer> Named(IEnumerable<int> items) => items.Select(x =>
    {
        var buffer = Buffer<int>.Rent(1);
        buffer.Span[0] = 5;
        return new NamedBuffer($"{x}", buffer);
    });

    private static IEnumerable<(int, Buffer<int>)> Paired(IEnumerable<int> items) => items.Select(x => (x, Buffer<int>.Rent(1)));

    private static IEnumerable<int> WithArgument(IEnumerable<int> items, Buffer<int> argument) => items;

    private static IEnumerable<Buffer<nint>> Addresses(IEnumerable<int> items) => items.Select(_ => Buffer<nint>.Rent(1));

    internal sealed record NamedBuffer(string Name, Buffer<int> Buffer);
}
