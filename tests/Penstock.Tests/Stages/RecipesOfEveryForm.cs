using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Stages;

/// <summary>Every form of source, stage and operator goes through bytes, and does the same afterwards.</summary>
public class RecipesOfEveryForm
{
    private readonly Pipeline<int> source = Pipeline.From([0, 1, 2]);

    [Fact]
    public Task Sources_given_as_functions() => Each(
        Pipeline.From(Three),
        Pipeline.From(ThreeUntil),
        Pipeline.From(From, 1),
        Pipeline.From(FromUntil, 1),
        Pipeline.From(ThreeAsync),
        Pipeline.From(ThreeUntilAsync),
        Pipeline.From(FromAsync, 1),
        Pipeline.From(FromUntilAsync, 1),
        Pipeline.From(() => Enumerable.Range(1, 3)),
        Pipeline.From(first => Enumerable.Range(first, 3), 1));

    [Fact]
    public Task Synchronous_stages() => Each(
        source.Then(Increment),
        source.Then(IncrementUntil),
        source.Then(Add, 1),
        source.Then(AddUntil, 1),
        source.Then(xs => xs.Select(x => x + 1)),
        source.Then((xs, step) => xs.Select(x => x + step), 1),
        source.Then((xs, path) => xs.Select(x => x + path.Length), "a", new() { Name = "add", Workers = 2 }));

    [Fact]
    public Task Asynchronous_stages() => Each(
        source.Then(IncrementAsync),
        source.Then(IncrementUntilAsync),
        source.Then(AddAsync, 1),
        source.Then(AddUntilAsync, 1));

    [Fact]
    public Task Operators_with_options() => Each(
        source.Select(x => x + 1, new()),
        source.Select(Next, new() { Workers = 2 }),
        source.SelectMany(x => new[] { x + 1 }, new()),
        Pipeline.From(Enumerable.Range(0, 10)).Where(x => x is > 0 and < 4, new()));

    [Fact]
    public Task Asynchronous_selects() => Each(
        source.Select(NextAsync),
        source.Select(async x => await NextAsync(x, CancellationToken.None)),
        source.Select(async (x, token) => await NextAsync(x, token)),
        source.Select((x, token) => NextAsync(x, token).AsTask()),
        source.Select(x => Task.FromResult(x + 1)));

    [Fact]
    public Task Appended_operators() => Each(
        source.Then(Increment).Select(x => -x).SelectMany(x => new[] { x, x, -x }).Where(x => x > 0),
        source.Select(x => x + 1, new()).Select(x => $"{x}").Select(int.Parse),
        source.Then(IncrementAsync).Where(x => x < 10).Select(x => x),
        source.Select(NextAsync).SelectMany(x => new[] { 0, x }).Where(x => x != 0),
        Pipeline.From(range => Enumerable.Range(range.Start, range.Count), (Start: 0, Count: 10)).Where(x => x is > 0 and < 4),
        Pipeline.From(ThreeAsync).SelectMany(x => new[] { x }));

    [Fact]
    public Task Batches() => Each(
        source.Batch(2).SelectMany(batch => batch.Select(Next)),
        source.Batch(2, TimeSpan.FromMinutes(1)).SelectMany(batch => batch.Select(Next)));

    [Fact]
    public Task An_operator_behind_a_source_is_watched_for_drains_as_before() => Within.Time(async () =>
    {
        var (pipeline, started) = (Pipeline.From(Items.Endless).Where(x => x < 0).Cross(), new TaskCompletionSource<PipelineRun>());
        var count = Task.Run(() => pipeline.To(xs => xs.Count()).RunAsync(new() { OnStarted = started.SetResult }));
        await (await started.Task).DrainAsync();
        Assert.Equal(0, await count);
    });

    [Fact]
    public void Objects_and_the_two_ends_of_a_scattering_have_no_recipe()
    {
        Assert.Null(source.Last.Body.Recipe);
        Assert.Null(source.Select(x => x).Last.Body.Recipe);
        Assert.All(source.ScatterGather(x => new[] { x }, parts => parts, (x, _) => x).Last.Path(), s => Assert.Null(s.Body.Recipe));
    }

    private static Task Each(params Pipeline<int>[] forms) => Within.Time(() =>
        Assert.All(forms, form => Assert.Equal([1, 2, 3], form.Cross().AsEnumerable())));

    private static IEnumerable<int> Three() => From(1);

    private static IEnumerable<int> ThreeUntil(CancellationToken token) => FromUntil(1, token);

    private static IEnumerable<int> From(int first) => Enumerable.Range(first, 3);

    private static IEnumerable<int> FromUntil(int first, CancellationToken token) => From(first).TakeWhile(_ => !token.IsCancellationRequested);

    private static IAsyncEnumerable<int> ThreeAsync() => FromAsync(1);

    private static IAsyncEnumerable<int> ThreeUntilAsync(CancellationToken token) => FromUntilAsync(1, token);

    private static IAsyncEnumerable<int> FromAsync(int first) => FromUntilAsync(first, CancellationToken.None);

    private static IAsyncEnumerable<int> FromUntilAsync(int first, CancellationToken token) => FromUntil(first, token).ToAsyncEnumerable();

    private static IEnumerable<int> Increment(IEnumerable<int> items) => Add(items, 1);

    private static IEnumerable<int> IncrementUntil(IEnumerable<int> items, CancellationToken token) => AddUntil(items, 1, token);

    private static IEnumerable<int> AddUntil(IEnumerable<int> items, int step, CancellationToken token) =>
        Add(items, step).TakeWhile(_ => !token.IsCancellationRequested);

    private static IEnumerable<int> Add(IEnumerable<int> items, int step)
    {
        foreach (var item in items)
            yield return item + step;
    }

    private static IAsyncEnumerable<int> IncrementAsync(IAsyncEnumerable<int> items) => AddAsync(items, 1);

    private static IAsyncEnumerable<int> IncrementUntilAsync(IAsyncEnumerable<int> items, CancellationToken token) => AddUntilAsync(items, 1, token);

    private static IAsyncEnumerable<int> AddAsync(IAsyncEnumerable<int> items, int step) => AddUntilAsync(items, step, CancellationToken.None);

    private static async IAsyncEnumerable<int> AddUntilAsync(IAsyncEnumerable<int> items, int step, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (var item in items.WithCancellation(token))
            yield return item + step;
    }

    private static int Next(int item) => item + 1;

    private static async ValueTask<int> NextAsync(int item, CancellationToken token)
    {
        await Task.Delay(TimeSpan.Zero, token);
        return item + 1;
    }
}
