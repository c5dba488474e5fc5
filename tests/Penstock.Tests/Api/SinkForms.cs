using Penstock.Tests.Support;

namespace Penstock.Tests.Api;

/// <summary>Every form in which a sink without a result can be given; each adds up the items.</summary>
public class SinkForms
{
    private readonly Pipeline<int> source = Pipeline.From([0, 1, 2]);
    private readonly Total total = new();

    [Fact]
    public Task Synchronous_sinks() => Each(
        source.To(AddAll),
        source.To(xs => AddAll(xs)),
        source.To(xs =>
        {
            foreach (var x in xs)
                total.Add(x);
        }),
        source.To(AddAll, new() { Workers = 2 }),
        source.To(xs => AddAll(xs), new() { Name = "add" }));

    [Fact]
    public Task Synchronous_sinks_with_a_token() => Each(
        source.To(AddAllUntil),
        source.To((xs, ct) => AddAllUntil(xs, ct)),
        source.To(AddAllUntil, new() { Name = "add" }));

    [Fact]
    public Task Synchronous_sinks_with_an_argument() => Each(
        source.To(AddAllTo, total),
        source.To((xs, sum) => AddAllTo(xs, sum), total),
        source.To(AddAllTo, total, new() { Workers = 2 }));

    [Fact]
    public Task Synchronous_sinks_with_an_argument_and_a_token() => Each(
        source.To(AddAllToUntil, total),
        source.To((xs, sum, ct) => AddAllToUntil(xs, sum, ct), total),
        source.To(AddAllToUntil, total, new() { Name = "add" }));

    [Fact]
    public Task Asynchronous_sinks() => Each(
        source.To(AddAllAsync),
        source.To(AddAllSoon),
        source.To(xs => AddAllAsync(xs)),
        source.To(xs => AddAllSoon(xs)),
        source.To(async xs =>
        {
            await foreach (var x in xs)
                total.Add(x);
        }),
        source.To(async xs => await AddAllAsync(xs), new() { Workers = 4 }));

    [Fact]
    public Task Asynchronous_sinks_with_a_token() => Each(
        source.To(AddAllUntilAsync),
        source.To((xs, ct) => AddAllUntilAsync(xs, ct)),
        source.To(async (xs, ct) =>
        {
            await foreach (var x in xs.WithCancellation(ct))
                total.Add(x);
        }),
        source.To(AddAllUntilSoon, new() { Name = "add" }));

    [Fact]
    public Task Asynchronous_sinks_with_an_argument() => Each(
        source.To(AddAllToAsync, total),
        source.To(AddAllToSoon, total),
        source.To(async (xs, sum) =>
        {
            await foreach (var x in xs)
                sum.Add(x);
        }, total),
        source.To(AddAllToAsync, total, new() { Name = "add" }));

    [Fact]
    public Task Asynchronous_sinks_with_an_argument_and_a_token() => Each(
        source.To(AddAllToUntilAsync, total),
        source.To(AddAllToUntilSoon, total),
        source.To(async (xs, sum, ct) =>
        {
            await foreach (var x in xs.WithCancellation(ct))
                sum.Add(x);
        }, total),
        source.To(AddAllToUntilAsync, total, new() { Name = "add" }));

    private static void AddAllTo(IEnumerable<int> items, Total sum) => AddAllToUntil(items, sum, CancellationToken.None);

    private static void AddAllToUntil(IEnumerable<int> items, Total sum, CancellationToken ct)
    {
        foreach (var item in items.TakeWhile(_ => !ct.IsCancellationRequested))
            sum.Add(item);
    }

    private static Task AddAllToAsync(IAsyncEnumerable<int> items, Total sum) => AddAllToUntilAsync(items, sum, CancellationToken.None);

    private static ValueTask AddAllToSoon(IAsyncEnumerable<int> items, Total sum) => new(AddAllToAsync(items, sum));

    private static ValueTask AddAllToUntilSoon(IAsyncEnumerable<int> items, Total sum, CancellationToken ct) => new(AddAllToUntilAsync(items, sum, ct));

    private static async Task AddAllToUntilAsync(IAsyncEnumerable<int> items, Total sum, CancellationToken ct)
    {
        await foreach (var item in items.WithCancellation(ct))
            sum.Add(item);
    }

    [Fact]
    public void A_sink_that_is_null_is_refused()
    {
        var named = new StageOptions { Name = "sink" };
        foreach (var options in (StageOptions?[])[null, named])
        {
            Assert.Throws<ArgumentNullException>(() => source.To((Action<IEnumerable<int>>)null!, options));
            Assert.Throws<ArgumentNullException>(() => source.To((Action<IEnumerable<int>, int>)null!, 1, options));
            Assert.Throws<ArgumentNullException>(() => source.To((Func<IEnumerable<int>, int>)null!, options));
            Assert.Throws<ArgumentNullException>(() => source.To((Func<IEnumerable<int>, int, CancellationToken, int>)null!, 1, options));
            Assert.Throws<ArgumentNullException>(() => source.To((Func<IAsyncEnumerable<int>, Task>)null!, options));
            Assert.Throws<ArgumentNullException>(() => source.To((Func<IAsyncEnumerable<int>, int, ValueTask>)null!, 1, options));
            Assert.Throws<ArgumentNullException>(() => source.To((Func<IAsyncEnumerable<int>, Task<int>>)null!, options));
        }
    }

    private Task Each(params RunnablePipeline[] forms) => Within.Time(async () =>
    {
        foreach (var form in forms)
        {
            await form.RunAsync();
            Assert.Equal(3, total.Take());
        }
    });

    private void AddAll(IEnumerable<int> items) => AddAllTo(items, total);

    private void AddAllUntil(IEnumerable<int> items, CancellationToken ct) => AddAllToUntil(items, total, ct);

    private Task AddAllAsync(IAsyncEnumerable<int> items) => AddAllToAsync(items, total);

    private ValueTask AddAllSoon(IAsyncEnumerable<int> items) => new(AddAllAsync(items));

    private Task AddAllUntilAsync(IAsyncEnumerable<int> items, CancellationToken ct) => AddAllToUntilAsync(items, total, ct);

    private ValueTask AddAllUntilSoon(IAsyncEnumerable<int> items, CancellationToken ct) => new(AddAllUntilAsync(items, ct));

    private sealed class Total
    {
        private int sum;

        public void Add(int item) => Interlocked.Add(ref sum, item);

        public int Take() => Interlocked.Exchange(ref sum, 0);
    }
}
