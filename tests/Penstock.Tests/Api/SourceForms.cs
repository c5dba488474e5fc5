using System.Runtime.CompilerServices;
using Penstock.Tests.Support;

namespace Penstock.Tests.Api;

/// <summary>Every form in which a source can be given; that it compiles is half of each test.</summary>
public class SourceForms
{
    private static readonly int[] Expected = [0, 1, 2];

    private readonly int[] numbers = [0, 1, 2];

    [Fact]
    public Task Objects() => Each(
        Pipeline.From(Expected),
        Pipeline.From([0, 1, 2]),
        Pipeline.From(Expected, new() { Name = "numbers" }),
        Pipeline.From(new List<int> { 0, 1, 2 }, options: null),
        Pipeline.From(Enumerable.Range(0, 3)),
        Pipeline.From(Generate()),
        Pipeline.From(GenerateAsync()),
        Pipeline.From(GenerateAsync(), new() { MaxInFlight = 2 }));

    [Fact]
    public Task Synchronous_functions()
    {
        IEnumerable<int> Local() => numbers;
        return Each(
            Pipeline.From(Generate),
            Pipeline.From(Local),
            Pipeline.From(OfInstance),
            Pipeline.From(() => Expected),
            Pipeline.From(() => Generate()),
            Pipeline.From(Generate, new() { Name = "numbers" }),
            Pipeline.From(() => numbers, new StageOptions { MaxInFlight = 1 }));
    }

    [Fact]
    public Task Synchronous_functions_with_a_token() => Each(
        Pipeline.From(GenerateUntil),
        Pipeline.From(ct => GenerateUntil(ct)),
        Pipeline.From(GenerateUntil, new() { Name = "numbers" }),
        Pipeline.From((CancellationToken ct) => GenerateUntil(ct), new() { Name = "numbers" }));

    [Fact]
    public Task Synchronous_functions_with_an_argument() => Each(
        Pipeline.From(GenerateSome, 3),
        Pipeline.From(GenerateSome, 3, new() { Name = "numbers" }),
        Pipeline.From(count => Enumerable.Range(0, count), 3),
        Pipeline.From((int count) => GenerateSome(count), 3, new() { MaxInFlight = 1 }),
        Pipeline.From(range => Enumerable.Range(range.Start, range.Count), (Start: 0, Count: 3)));

    [Fact]
    public Task Synchronous_functions_with_an_argument_and_a_token() => Each(
        Pipeline.From(GenerateSomeUntil, 3),
        Pipeline.From(GenerateSomeUntil, 3, new() { Name = "numbers" }),
        Pipeline.From((count, ct) => GenerateSomeUntil(count, ct), 3));

    [Fact]
    public Task Asynchronous_functions() => Each(
        Pipeline.From(GenerateAsync),
        Pipeline.From(() => GenerateAsync()),
        Pipeline.From(GenerateAsync, new() { Name = "numbers" }));

    [Fact]
    public Task Asynchronous_functions_with_a_token() => Each(
        Pipeline.From(GenerateUntilAsync),
        Pipeline.From(ct => GenerateUntilAsync(ct)),
        Pipeline.From(GenerateUntilAsync, new() { Name = "numbers" }));

    [Fact]
    public Task Asynchronous_functions_with_an_argument() => Each(
        Pipeline.From(Items.Asynchronous, 3),
        Pipeline.From(Items.Asynchronous, 3, new() { Name = "numbers" }),
        Pipeline.From(count => Items.Asynchronous(count), 3));

    [Fact]
    public Task Asynchronous_functions_with_an_argument_and_a_token() => Each(
        Pipeline.From(GenerateSomeUntilAsync, 3),
        Pipeline.From(GenerateSomeUntilAsync, 3, new() { Name = "numbers" }),
        Pipeline.From((count, ct) => GenerateSomeUntilAsync(count, ct), 3));

    [Fact]
    public Task An_object_that_is_both_is_taken_asynchronously() => Each(
        Pipeline.From(new Both()),
        Pipeline.From(() => new Both()),
        Pipeline.From(_ => new Both(), 0),
        Pipeline.From(new Both(), new() { Name = "both" }));

    [Fact]
    public void A_source_that_is_null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => Pipeline.From((IEnumerable<int>)null!));
        Assert.Throws<ArgumentNullException>(() => Pipeline.From((IAsyncEnumerable<int>)null!));
        Assert.Throws<ArgumentNullException>(() => Pipeline.From((Func<IEnumerable<int>>)null!));
        Assert.Throws<ArgumentNullException>(() => Pipeline.From((Func<int, IEnumerable<int>>)null!, 1));
    }

    private static Task Each(params Pipeline<int>[] forms) => Within.Time(() =>
        Assert.All(forms, form => Assert.Equal(Expected, form.AsEnumerable())));

    private static IEnumerable<int> Generate()
    {
        yield return 0;
        yield return 1;
        yield return 2;
    }

    private static IEnumerable<int> GenerateUntil(CancellationToken ct) => GenerateSomeUntil(3, ct);

    private static IEnumerable<int> GenerateSome(int count) => Enumerable.Range(0, count);

    private static IEnumerable<int> GenerateSomeUntil(int count, CancellationToken ct) => GenerateSome(count).TakeWhile(_ => !ct.IsCancellationRequested);

    private static IAsyncEnumerable<int> GenerateAsync() => Items.Asynchronous(3);

    private static IAsyncEnumerable<int> GenerateUntilAsync(CancellationToken ct) => GenerateSomeUntilAsync(3, ct);

    private static async IAsyncEnumerable<int> GenerateSomeUntilAsync(int count, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Delay(TimeSpan.Zero, ct);
            yield return i;
        }
    }

    private IEnumerable<int> OfInstance() => numbers;

    private sealed class Both : IEnumerable<int>, IAsyncEnumerable<int>
    {
        public IEnumerator<int> GetEnumerator() => throw new InvalidOperationException("The asynchronous side is the one to take.");

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            GenerateAsync().GetAsyncEnumerator(cancellationToken);
    }
}
