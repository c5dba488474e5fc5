using Penstock.Tests.Support;

namespace Penstock.Tests.Api;

/// <summary>Every form in which a sink with a result can be given; each adds up the items.</summary>
public class ResultForms
{
    private readonly Pipeline<int> source = Pipeline.From([0, 1, 2]);

    [Fact]
    public Task Synchronous_sinks() => Each(
        source.To(Sum),
        source.To(xs => xs.Sum()),
        source.To(xs => Sum(xs)),
        source.To(Enumerable.Sum),
        source.To(Sum, new() { Name = "sum" }),
        source.To((xs, ct) => ct.IsCancellationRequested ? -1 : xs.Sum()),
        source.To(SumUntil),
        source.To(SumUntil, new() { Name = "sum" }));

    [Fact]
    public Task Synchronous_sinks_with_an_argument() => Each(
        source.To(SumFrom, 0),
        source.To((xs, start) => xs.Sum() + start, 0),
        source.To(SumFrom, 0, new() { Name = "sum" }),
        source.To(SumFromUntil, 0),
        source.To((xs, start, ct) => SumFromUntil(xs, start, ct), 0),
        source.To(SumFromUntil, 0, new() { Name = "sum" }));

    [Fact]
    public Task Asynchronous_sinks() => Each(
        source.To(SumAsync),
        source.To(SumSoon),
        source.To(xs => SumAsync(xs)),
        source.To(xs => SumSoon(xs)),
        source.To(async xs =>
        {
            var sum = 0;
            await foreach (var x in xs)
                sum += x;
            return sum;
        }),
        source.To(async xs => await xs.SumAsync(), new() { Name = "sum" }),
        source.To(SumUntilAsync),
        source.To((xs, ct) => SumUntilAsync(xs, ct)),
        source.To(async (xs, ct) => await xs.SumAsync(ct)),
        source.To(SumUntilSoon, new() { Name = "sum" }));

    [Fact]
    public Task Asynchronous_sinks_with_an_argument() => Each(
        source.To(SumFromAsync, 0),
        source.To(async (xs, start) => start + await xs.SumAsync(), 0),
        source.To(SumFromAsync, 0, new() { Name = "sum" }),
        source.To(SumFromUntilAsync, 0),
        source.To(SumFromUntilSoon, 0),
        source.To(async (xs, start, ct) => start + await xs.SumAsync(ct), 0),
        source.To(SumFromUntilAsync, 0, new() { Name = "sum" }));

    [Fact]
    public Task Collecting_into_a_list() => Within.Time(async () =>
    {
        Assert.Equal([0, 1, 2], await source.To(xs => xs.ToList()).RunAsync());
        Assert.Equal((int[])[0, 1, 2], await source.To(Enumerable.ToArray).RunAsync());
        Assert.Equal([0, 1, 2], await source.To(xs => xs.ToListAsync()).RunAsync());
        Assert.Equal([0, 1, 2], await source.To((xs, ct) => xs.ToListAsync(ct)).RunAsync());
        Assert.Equal(3, await source.To(xs => xs.CountAsync()).RunAsync());
    });

    [Fact]
    public void A_synchronous_sink_in_an_asynchronous_lambda_is_refused_never_a_task_of_a_task()
    {
        Assert.Throws<PipelineDefinitionException>(() => source.To(async xs =>
        {
            foreach (var _ in xs)
                await Task.Yield();
        }));
        Assert.Throws<PipelineDefinitionException>(() => source.To(async (xs, ct) =>
        {
            foreach (var _ in xs)
                await Task.Delay(TimeSpan.Zero, ct);
        }));
        var named = Assert.Throws<PipelineDefinitionException>(() => source.To(
            async (xs, start) =>
            {
                foreach (var _ in xs)
                    await Task.Yield();
                return start;
            },
            5,
            new() { Name = "forgotten" }));
        Assert.Contains("forgotten", named.Message, StringComparison.Ordinal);
        Assert.Throws<PipelineDefinitionException>(() => source.To((IEnumerable<int> xs) => Task.FromResult(xs.Sum())));
        Assert.Throws<PipelineDefinitionException>(() => source.To((IEnumerable<int> xs) => ValueTask.CompletedTask));
    }

    private static Task Each(params RunnablePipeline<int>[] forms) => Within.Time(async () =>
    {
        foreach (var form in forms)
            Assert.Equal(3, await form.RunAsync());
    });

    private static int Sum(IEnumerable<int> items) => items.Sum();

    private static int SumUntil(IEnumerable<int> items, CancellationToken ct) => items.TakeWhile(_ => !ct.IsCancellationRequested).Sum();

    private static int SumFrom(IEnumerable<int> items, int start) => start + items.Sum();

    private static int SumFromUntil(IEnumerable<int> items, int start, CancellationToken ct) => start + SumUntil(items, ct);

    private static Task<int> SumAsync(IAsyncEnumerable<int> items) => SumUntilAsync(items, CancellationToken.None);

    private static ValueTask<int> SumSoon(IAsyncEnumerable<int> items) => items.SumAsync();

    private static Task<int> SumUntilAsync(IAsyncEnumerable<int> items, CancellationToken ct) => items.SumAsync(ct).AsTask();

    private static ValueTask<int> SumUntilSoon(IAsyncEnumerable<int> items, CancellationToken ct) => items.SumAsync(ct);

    private static Task<int> SumFromAsync(IAsyncEnumerable<int> items, int start) => SumFromUntilAsync(items, start, CancellationToken.None);

    private static async Task<int> SumFromUntilAsync(IAsyncEnumerable<int> items, int start, CancellationToken ct) => start + await items.SumAsync(ct);

    private static ValueTask<int> SumFromUntilSoon(IAsyncEnumerable<int> items, int start, CancellationToken ct) => new(SumFromUntilAsync(items, start, ct));
}
