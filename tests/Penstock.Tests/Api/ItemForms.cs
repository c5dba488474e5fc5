using Penstock.Tests.Support;

namespace Penstock.Tests.Api;

/// <summary>Every form of the item-wise operators.</summary>
public class ItemForms
{
    private readonly Pipeline<int> source = Pipeline.From([0, 1, 2]);

    [Fact]
    public Task Select_synchronously() => Each(
        source.Select(x => x + 1),
        source.Select(Increment),
        source.Select(Increment, new() { Workers = 2 }),
        source.Select(x => x + 1, new() { Name = "increment" }));

    [Fact]
    public Task Select_asynchronously() => Each(
        source.Select(async x =>
        {
            await Task.Yield();
            return x + 1;
        }),
        source.Select(async (x, ct) =>
        {
            await Task.Delay(TimeSpan.Zero, ct);
            return x + 1;
        }),
        source.Select((x, ct) => IncrementAsync(x, ct)),
        source.Select((x, ct) => IncrementSoon(x, ct)),
        source.Select(x => IncrementAsync(x, CancellationToken.None)),
        source.Select(x => Task.FromResult(x + 1)),
        source.Select(IncrementAsync),
        source.Select(IncrementSoon),
        source.Select(async x => await IncrementSoon(x, CancellationToken.None), new() { Workers = 8 }));

    [Fact]
    public Task Select_many() => Each(
        source.SelectMany(x => new[] { x + 1 }),
        source.SelectMany(One),
        source.SelectMany(x => Enumerable.Repeat(x + 1, 1), new() { Workers = 2 }));

    [Fact]
    public Task Where() => Each(
        Pipeline.From(Enumerable.Range(0, 10)).Where(x => x is > 0 and < 4),
        Pipeline.From(Enumerable.Range(0, 10)).Where(IsExpected),
        Pipeline.From(Enumerable.Range(0, 10)).Where(IsExpected, new() { Workers = 2 }));

    [Fact]
    public Task Batch() => Within.Time(() =>
    {
        var five = Pipeline.From(Enumerable.Range(0, 5));
        var forms = new[]
        {
            five.Batch(2),
            five.Batch(2, TimeSpan.FromMinutes(1)),
            five.Batch(2, maxDelay: null, new() { Name = "pairs" }),
            five.Batch(2, options: new() { MaxInFlight = 1 }),
        };
        Assert.All(forms, form => Assert.Equal([[0, 1], [2, 3], [4]], form.AsEnumerable()));
    });

    [Fact]
    public Task Operators_also_follow_asynchronous_stages() => Each(
        Pipeline.From(Items.Asynchronous, 3).Select(x => x + 1),
        Pipeline.From(Items.Asynchronous, 3).SelectMany(x => new[] { x + 1 }),
        Pipeline.From(Items.Asynchronous, 4).Where(x => x > 0),
        Pipeline.From(Items.Asynchronous, 3).Batch(2).SelectMany(batch => batch).Select(x => x + 1));

    [Fact]
    public void A_task_that_is_no_result_is_refused_by_name()
    {
        var refused = Assert.Throws<PipelineDefinitionException>(() => source.Select(x => Task.CompletedTask, new() { Name = "forgotten" }));
        Assert.Contains("forgotten", refused.Message, StringComparison.Ordinal);
        Assert.Throws<PipelineDefinitionException>(() => source.Select(async x => await Task.Yield()));
    }

    private static Task Each(params Pipeline<int>[] forms) => Within.Time(() =>
        Assert.All(forms, form => Assert.Equal([1, 2, 3], form.AsEnumerable())));

    private static bool IsExpected(int item) => item is > 0 and < 4;

    private static int Increment(int item) => item + 1;

    private static IEnumerable<int> One(int item) => [item + 1];

    private static async Task<int> IncrementAsync(int item, CancellationToken ct)
    {
        await Task.Delay(TimeSpan.Zero, ct);
        return item + 1;
    }

    private static async ValueTask<int> IncrementSoon(int item, CancellationToken ct)
    {
        await Task.Delay(TimeSpan.Zero, ct);
        return item + 1;
    }
}
