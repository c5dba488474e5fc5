using Penstock.Tests.Properties;

namespace Penstock.Tests.Contracts;

public sealed class Disposal
{
    [Theory]
    [MemberData(nameof(Way.OfObjects), MemberType = typeof(Way))]
    public Task Undelivered_items_are_disposed_once_after_an_early_stop(Way way) => Play(way, p => p.To(items => items.Take(20).Select(t => t.Received()).Count()), expectFailure: false);

    [Theory]
    [MemberData(nameof(Way.OfObjects), MemberType = typeof(Way))]
    public Task Undelivered_items_are_disposed_once_after_a_failure(Way way) =>
        Play(way, p => p.To(items => items.Select((t, i) => t.Received() is null && i == 20 ? throw new InvalidDataException() : i).Count()), expectFailure: true);

    [Theory]
    [MemberData(nameof(Way.OfObjects), MemberType = typeof(Way))]
    public Task Undelivered_batches_are_disposed_once(Way way) =>
        Play(
            way,
            p => p.Batch(7).To(batches => batches.Take(3).SelectMany(b => b).Select(t => t.Received()).Count()),
            expectFailure: false);

    private static Task Play(Way way, Func<Pipeline<Token>, RunnablePipeline<int>> end, bool expectFailure) => Limit.Within(() =>
    {
        for (var i = 0; i < 20; i++)
        {
            var books = new Books();
            var source = way.From(() => Numbers.Endless().Select(n => new Token(books, n).Yielded(from: null)));
            var pipeline = way.Then(way.Then(source, Renewed), Renewed);
            var failure = Record.Exception(() => end(pipeline).Run(way.Options));
            Assert.Equal(expectFailure ? typeof(InvalidDataException) : null, failure?.GetType());
            Assert.Empty(books.Complaints());

            Token Renewed(Token token)
            {
                token.Received();
                return new Token(books, Numbers.Jitter(token.Value)).Yielded(from: null);
            }
        }
    });
}
