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
        for (var i = 0; i < way.Rounds(20); i++)
        {
            var books = new Books();
            var pipeline = way.Then(way.Then(way.From(new Tokens(books)), new Renew(books)), new Renew(books));
            var failure = Record.Exception(() => end(pipeline).Run(way.Options));
            Assert.Equal(expectFailure ? typeof(InvalidDataException) : null, failure?.GetType());
            Assert.Empty(books.Complaints());
        }
    });

    private sealed record Tokens(Books Books) : Source<Tokens, Token>
    {
        public override IEnumerable<Token> Items() => Numbers.Endless().Select(n => new Token(Books, n).Yielded(from: null));
    }

    private sealed record Renew(Books Books) : Step<Renew, Token, Token>
    {
        public override IEnumerable<Token> Each(Token item)
        {
            item.Received();
            return [new Token(Books, Numbers.Jitter(item.Value)).Yielded(from: null)];
        }
    }
}
