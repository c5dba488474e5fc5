using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Api;

/// <summary>Every form in which a stage can be given; that it compiles is half of each test.</summary>
public class StageForms
{
    private readonly Pipeline<int> source = Pipeline.From([0, 1, 2]);
    private readonly int one = 1;

    [Fact]
    public Task Synchronous_stages()
    {
        IEnumerable<int> Local(IEnumerable<int> items) => items.Select(x => x + one);
        return Each(
            source.Then(Increment),
            source.Then(Local),
            source.Then(OfInstance),
            source.Then(xs => Increment(xs)),
            source.Then(xs => xs.Select(x => x + 1)),
            source.Then(xs => xs.Where(x => true).Select(x => x + one)),
            source.Then(Increment, new() { Name = "increment", Workers = 4 }),
            source.Then(xs => xs.Select(x => x + 1), new() { MaxInFlight = 1 }),
            source.Then(xs => xs.Select(x => x + 1), new StageOptions { Isolation = Isolation.None }),
            source.Then((IEnumerable<int> xs) => xs.Select(x => x + 1)));
    }

    [Fact]
    public Task Synchronous_stages_with_a_token() => Each(
        source.Then(IncrementUntil),
        source.Then((xs, ct) => IncrementUntil(xs, ct)),
        source.Then((xs, ct) => xs.TakeWhile(_ => !ct.IsCancellationRequested).Select(x => x + 1)),
        source.Then(IncrementUntil, new() { Workers = 2 }));

    [Fact]
    public Task Synchronous_stages_with_an_argument() => Each(
        source.Then(Add, 1),
        source.Then((xs, step) => xs.Select(x => x + step), 1),
        source.Then(Add, 1, new() { Workers = 2 }),
        source.Then((xs, path) => xs.Select(x => x + path.Length), "a", new() { Name = "add" }));

    [Fact]
    public Task Synchronous_stages_with_an_argument_and_a_token() => Each(
        source.Then(AddUntil, 1),
        source.Then((xs, step, ct) => AddUntil(xs, step, ct), 1),
        source.Then((xs, step, ct) => xs.TakeWhile(_ => !ct.IsCancellationRequested).Select(x => x + step), 1),
        source.Then(AddUntil, 1, new() { Workers = 2 }));

    [Fact]
    public Task Asynchronous_stages()
    {
        return Each(
            source.Then(IncrementAsync),
            source.Then(Local),
            source.Then(xs => IncrementAsync(xs)),
            source.Then((IAsyncEnumerable<int> xs) => xs.Select(x => x + 1)),
            source.Then(IncrementAsync, new() { Workers = 50 }));

        static async IAsyncEnumerable<int> Local(IAsyncEnumerable<int> items)
        {
            await foreach (var item in items)
                yield return item + 1;
        }
    }

    [Fact]
    public Task Asynchronous_stages_with_a_token() => Each(
        source.Then(IncrementUntilAsync),
        source.Then((xs, ct) => IncrementUntilAsync(xs, ct)),
        source.Then(IncrementUntilAsync, new() { Workers = 2 }));

    [Fact]
    public Task Asynchronous_stages_with_an_argument() => Each(
        source.Then(AddAsync, 1),
        source.Then((xs, step) => AddAsync(xs, step), 1),
        source.Then(AddAsync, 1, new() { Workers = 2 }));

    [Fact]
    public Task Asynchronous_stages_with_an_argument_and_a_token() => Each(
        source.Then(AddUntilAsync, 1),
        source.Then((xs, step, ct) => AddUntilAsync(xs, step, ct), 1),
        source.Then(AddUntilAsync, 1, new() { Workers = 2 }));

    [Fact]
    public void A_stage_that_is_null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => source.Then((Func<IEnumerable<int>, IEnumerable<int>>)null!));
        Assert.Throws<ArgumentNullException>(() => source.Then((Func<IAsyncEnumerable<int>, IAsyncEnumerable<int>>)null!));
        Assert.Throws<ArgumentNullException>(() => source.Select((Func<int, int>)null!));
    }

    private static Task Each(params Pipeline<int>[] forms) => Within.Time(() =>
        Assert.All(forms, form => Assert.Equal([1, 2, 3], form.AsEnumerable())));

    private static IEnumerable<int> Increment(IEnumerable<int> items) => Add(items, 1);

    private static IEnumerable<int> IncrementUntil(IEnumerable<int> items, CancellationToken ct) => AddUntil(items, 1, ct);

    private static IEnumerable<int> AddUntil(IEnumerable<int> items, int step, CancellationToken ct) => Add(items, step).TakeWhile(_ => !ct.IsCancellationRequested);

    private static IEnumerable<int> Add(IEnumerable<int> items, int step)
    {
        foreach (var item in items)
            yield return item + step;
    }

    private static IAsyncEnumerable<int> IncrementAsync(IAsyncEnumerable<int> items) => AddAsync(items, 1);

    private static IAsyncEnumerable<int> IncrementUntilAsync(IAsyncEnumerable<int> items, CancellationToken ct) => AddUntilAsync(items, 1, ct);

    private static IAsyncEnumerable<int> AddAsync(IAsyncEnumerable<int> items, int step) => AddUntilAsync(items, step, CancellationToken.None);

    private static async IAsyncEnumerable<int> AddUntilAsync(IAsyncEnumerable<int> items, int step, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var item in items.WithCancellation(ct))
            yield return item + step;
    }

    private IEnumerable<int> OfInstance(IEnumerable<int> items) => items.Select(x => x + one);
}
