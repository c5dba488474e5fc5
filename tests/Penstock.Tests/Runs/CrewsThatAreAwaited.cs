using System.Collections.Concurrent;
using Penstock.Buffers;
using Penstock.Tests.Buffers;
using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>Several workers without threads whose consumer is a task: it has no thread to work with, and helpers go on with it.</summary>
public sealed partial class CrewsThatAreAwaited : IDisposable
{
    private const int Workers = 4;
    private const int Count = 1000;

    private static readonly StageOptions None = new() { Isolation = Isolation.None };
    private static readonly StageOptions Four = None with { Name = "crew", Workers = Workers };

    private readonly Gate gate = new();

    public static TheoryData<string> Crews => [.. Staffings.All.Keys];

    public static TheoryData<string, int> CrewsAndRooms
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (var crew in Staffings.All.Keys)
            {
                foreach (var room in (int[])[4, 7, 64])
                    all.Add(crew, room);
            }

            return all;
        }
    }

    public static TheoryData<string, int> CrewsAndThreads
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (var crew in Staffings.All.Keys)
            {
                for (var threads = 0; threads < 3; threads++)
                    all.Add(crew, threads);
            }

            return all;
        }
    }

    public void Dispose() => gate.Dispose();

    [Theory]
    [MemberData(nameof(CrewsAndRooms))]
    public Task Give_what_plain_composition_gives(string crew, int room) => Within.Time(async () =>
    {
        var pipeline = Pipeline.From(Produce, Count, None with { MaxInFlight = room }).Then(Uneven, Four with { MaxInFlight = room });
        Assert.Equal(Uneven(Produce(Count)), await pipeline.To(ListAsync).RunAsync(With(crew)));
        Assert.Equal(Uneven(Produce(Count)), await pipeline.Then(DawdleAsync).To(xs => xs.ToList()).RunAsync(With(crew)));
        Assert.Equal(Uneven(Produce(Count)), await pipeline.Select(static x => ValueTask.FromResult(x)).To(ListAsync).RunAsync(With(crew)));
        Assert.Equal(Uneven(Produce(Count)).Where(IsOdd), await pipeline.Then(DawdleAsync).Where(IsOdd).To(ListAsync).RunAsync(With(crew)));
        Assert.Equal(Uneven(Produce(Count)).SelectMany(Twice), await pipeline.Then(DawdleAsync).SelectMany(Twice).To(xs => xs.ToList()).RunAsync(With(crew)));
        var unordered = Pipeline.From(Produce, Count, None with { MaxInFlight = room }).Then(Uneven, Four with { MaxInFlight = room, Ordered = false });
        Assert.Equal(Uneven(Produce(Count)), (await unordered.Then(DawdleAsync).To(ListAsync).RunAsync(With(crew))).Order());
    });

    [Theory]
    [InlineData("a task")]
    [InlineData("a thread")]
    public Task Have_threads_where_there_must_be_a_link_before_them(string consumer) => Within.Time(async () =>
    {
        using var two = new ManualResetEventSlim(); // at work at once
        var begun = 0;
        var (buffers, sized) = (Pipeline.From(BufferSteps.Source, 50, None).Then(Describe, Four), Pipeline.From(Produce, 50, None with { MaxInFlightBytes = 100, SizeOf = _ => 10 }).Then(Uneven, Four));
        if (consumer == "a task")
        {
            Assert.Equal(BufferSteps.Describe(BufferSteps.Source(50)), await buffers.Then(PassAsync).To(xs => xs.ToList()).RunAsync());
            Assert.Equal(Produce(50), await sized.To(ListAsync).RunAsync());
        }
        else
        {
            Assert.Equal(BufferSteps.Describe(BufferSteps.Source(50)), await buffers.To(xs => xs.ToList()).RunAsync());
            Assert.Equal(Produce(50), await sized.To(xs => xs.ToList()).RunAsync());
        }

        IEnumerable<string> Describe(IEnumerable<Buffer<int>> items)
        {
            var isFirst = true;
            foreach (var item in items)
            {
                if (isFirst && Interlocked.Increment(ref begun) == 2)
                    two.Set();
                isFirst = false;
                Assert.True(two.Wait(TimeSpan.FromSeconds(20)), "one works alone");
                yield return BufferSteps.Describe(item);
            }
        }

        static async IAsyncEnumerable<string> PassAsync(IAsyncEnumerable<string> items)
        {
            await foreach (var item in items)
                yield return item;
        }
    });

    [Theory]
    [MemberData(nameof(CrewsAndRooms))]
    public Task Never_have_more_than_MaxInFlight_items_alive(string crew, int room) => Within.Time(async () =>
    {
        var alive = new Gauges();
        await Pipeline.From(alive.Produce, 3000, None with { MaxInFlight = room + 1 }).Then(alive.Pass, Four with { MaxInFlight = room }).To(ConsumeAsync).RunAsync(With(crew));
        Assert.InRange(alive.Before.Most, 1, room + 1);
        Assert.InRange(alive.Behind.Most, 1, room);

        async Task ConsumeAsync(IAsyncEnumerable<int> items)
        {
            await foreach (var item in items)
            {
                if (item % 7 == 3)
                    await Task.Yield();
                alive.Behind.Leave();
            }
        }
    });

    [Theory]
    [MemberData(nameof(CrewsAndRooms))]
    public Task Keep_no_result_waiting_for_an_item_that_does_not_come(string crew, int room) => Within.Time(async () =>
    {
        using var consumed = new SemaphoreSlim(0);
        await Pipeline.From(Wait, None with { MaxInFlight = room }).Then(Pass, Four with { MaxInFlight = room }).To(ConsumeAsync).RunAsync(With(crew));

        IEnumerable<int> Wait()
        {
            for (var item = 0; item < 300; item++)
            {
                yield return item;
                if (item % 10 != 9)
                    continue;
                for (var i = 0; i < 10; i++)
                    Assert.True(consumed.Wait(TimeSpan.FromSeconds(20)), "a result was kept waiting");
            }
        }

        async Task ConsumeAsync(IAsyncEnumerable<int> items)
        {
            await foreach (var item in items)
            {
                if (item % 4 == 3)
                    await Task.Yield();
                consumed.Release();
            }
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Work_on_while_the_consumer_keeps_its_thread(string crew) => Within.Time(async () =>
    {
        var made = 0;
        using var change = new SemaphoreSlim(0);
        await Pipeline.From(Produce, Count, None).Then(xs => xs.Select(Make), Four with { MaxInFlight = 8 }).To(BlockAsync).RunAsync(With(crew));

        int Make(int item)
        {
            Interlocked.Increment(ref made);
            change.Release();
            return item;
        }

        async Task BlockAsync(IAsyncEnumerable<int> items)
        {
            await foreach (var item in items)
            {
                // Its own item, and as many as there is room for behind it, but for the slot that is kept for the worker with the earliest item.
                while (item % 100 == 50 && Volatile.Read(ref made) < item + 7)
                    Assert.True(change.Wait(TimeSpan.FromSeconds(20)), $"{Volatile.Read(ref made) - item} were made");
            }
        }
    });

    [Fact]
    public Task Get_no_memory_of_the_asynchronous_stages_outputs() => Within.Time(async () =>
    {
        var ordinary = new ConcurrentBag<bool>();
        var pipeline = Pipeline.From(Produce, Count, None).Then(Scratch, Four).Then(FillAsync).Then(BufferSteps.Describe, new() { Isolation = Isolation.Process });
        Assert.Equal(Produce(Count).Select(n => BufferSteps.Describe(BufferSteps.Make(n))), await pipeline.To(xs => xs.ToList()).RunAsync());
        Assert.Equal(Count, ordinary.Count);
        Assert.DoesNotContain(false, ordinary);

        IEnumerable<int> Scratch(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                using var scratch = Buffer<int>.Rent(100);
                ordinary.Add(((IBuffer)scratch).IsOrdinary);
                scratch.Span.Fill(-1);
                yield return item;
            }
        }

        static async IAsyncEnumerable<Buffer<int>> FillAsync(IAsyncEnumerable<int> items)
        {
            await foreach (var item in items)
                yield return BufferSteps.Make(item);
        }
    });

    [Fact]
    public Task To_ask_before_the_last_answer_has_come_is_an_error_that_says_so() => Within.Time(async () =>
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => Pipeline.From(Wait, None).Then(Pass, Four).To(AskTwiceAsync).RunAsync());
        Assert.Contains("Await each", thrown.Message, StringComparison.Ordinal);

        IEnumerable<int> Wait()
        {
            gate.Pass();
            yield return 1;
        }

        async Task AskTwiceAsync(IAsyncEnumerable<int> items)
        {
            await using var all = items.GetAsyncEnumerator();
            var first = all.MoveNextAsync();
            try
            {
                _ = await all.MoveNextAsync();
            }
            finally
            {
                gate.Open();
                _ = await first;
            }
        }
    });

    [Fact]
    public Task To_enumerate_twice_is_an_error_that_says_so() => Within.Time(async () =>
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => Pipeline.From(Produce, 10, None).Then(Pass, Four).To(EnumerateTwiceAsync).RunAsync());
        Assert.Contains("second time", thrown.Message, StringComparison.Ordinal);

        static async Task EnumerateTwiceAsync(IAsyncEnumerable<int> items)
        {
            await ListAsync(items);
            await ListAsync(items);
        }
    });

    [Theory]
    [MemberData(nameof(CrewsAndThreads))]
    public Task Go_on_with_as_many_threads_as_the_system_gives(string crew, int threads) => Within.Time(async () =>
    {
        var started = 0;
        var items = await Pipeline.From(Produce, Count, None).Then(Uneven, Four).To(ListAsync).RunAsync(With(crew) with { StartThread = Start });
        Assert.Equal(Uneven(Produce(Count)), items);

        void Start(Thread thread, object? state)
        {
            if (started++ >= threads)
                throw new TestException("no thread");
            thread.Start(state);
        }
    });

    [Theory]
    [MemberData(nameof(Crews))]
    public Task Leave_the_consumer_in_its_own_flow(string crew) => Within.Time(async () =>
    {
        var local = new AsyncLocal<int>();
        await Pipeline.From(Produce, Count, None).Then(xs => xs.Select(x => local.Value = x), Four).To(ConsumeAsync, new() { Name = "sink" }).RunAsync(With(crew));

        async Task ConsumeAsync(IAsyncEnumerable<int> items)
        {
            local.Value = -1;
            await foreach (var _ in items)
            {
                Assert.Equal(-1, local.Value);
                Assert.Equal(0, PipelineContext.Current!.Worker);
            }
        }
    });

    private static async Task<List<int>> ListAsync(IAsyncEnumerable<int> items)
    {
        var list = new List<int>();
        await foreach (var item in items)
            list.Add(item);
        return list;
    }

    private static async IAsyncEnumerable<int> DawdleAsync(IAsyncEnumerable<int> items)
    {
        await foreach (var item in items)
        {
            if (item % 5 == 1)
                await Task.Yield();
            yield return item;
        }
    }

    private static IEnumerable<int> Uneven(IEnumerable<int> items) =>
        items.SelectMany(static item => Enumerable.Repeat(item, item > 500 ? item % 3 : 1)).Select(Spin);

    private static bool IsOdd(int item) => item % 2 != 0;

    private static IEnumerable<int> Twice(int item) => [item, item];

    private static int Spin(int item)
    {
        if (item % 7 == 0)
            Thread.SpinWait(item % 300);
        return item;
    }

    private static IEnumerable<int> Pass(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item;
    }

    private static IEnumerable<int> Produce(int count) => Enumerable.Range(0, count);

    private static RunOptions With(string crew) => new() { CreateStaffing = Staffings.All[crew] };
}
