using System.Collections.Concurrent;
using Penstock.Tests.Properties;

namespace Penstock.Tests.Contracts;

public sealed class RetryAndSkip
{
    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Skip_puts_the_failing_items_aside_and_keeps_the_others(Way way) => Limit.Within(() =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var skipping = way.Then(way.From(new UpTo(200)), new FailAtThrees(), new() { Name = "skipping", Faults = FaultPolicy.Skip });
        var pipeline = way.Then(skipping, new Pass<int>());
        var result = pipeline.To(Enumerable.ToList).Run(way.Options with { DeadLetter = letters.Enqueue });
        Assert.Equal(Numbers.UpTo(200).Where(i => i % 10 != 3), way.Comparable(result));
        Assert.Equal(Numbers.UpTo(200).Where(i => i % 10 == 3), letters.Select(l => (int)l.Item!).Order());
        Assert.All(letters, l => Assert.Equal(("skipping", 1, 0, $"{l.Item}"), (l.Stage, l.Attempts, l.Delivered, l.Exception.Message)));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Retry_gives_every_output_once_also_those_before_the_fault(Way way) => Limit.Within(() =>
    {
        var twice = way.Then(way.From(new UpTo(200)), new TwiceWithAFaultBetween(), new() { Faults = FaultPolicy.Retry(3) });
        Assert.Equal(Numbers.UpTo(200).SelectMany(i => new[] { i, i }), way.Comparable(twice.AsEnumerable(way.Options).ToList()));
    });

    [Theory]
    [MemberData(nameof(Way.All), MemberType = typeof(Way))]
    public Task Retry_gives_up_after_its_attempts(Way way) => Limit.Within(() =>
    {
        var letters = new ConcurrentQueue<DeadLetter>();
        var failing = way.Then(way.From(new UpTo(20)), new FailAt(7), new() { Faults = FaultPolicy.Retry(3) });
        var result = failing.To(Enumerable.ToList).Run(way.Options with { DeadLetter = letters.Enqueue });
        Assert.Equal(Numbers.UpTo(20).Where(i => i != 7), way.Comparable(result));
        Assert.Equal((7, 3), ((int)letters.Single().Item!, letters.Single().Attempts));
    });

    [Fact]
    public Task An_item_is_retried_also_when_the_stage_has_ended_behind_it() => Limit.Within(() =>
    {
        using var hasEnded = new ManualResetEventSlim();
        var options = new StageOptions { Workers = 2, Faults = FaultPolicy.Retry(2, TimeSpan.FromMilliseconds(50)) };
        var result = Pipeline.From(Numbers.UpTo(10)).Then(EndAtOne, options).AsEnumerable().ToList();
        Assert.Equal([0], result);

        IEnumerable<int> EndAtOne(IEnumerable<int> items)
        {
            foreach (var item in items)
            {
                if (item == 0 && PipelineContext.Current!.Attempt == 1)
                {
                    hasEnded.Wait();
                    throw new InvalidDataException();
                }

                if (item > 0)
                {
                    hasEnded.Set();
                    yield break;
                }

                yield return item;
            }
        }
    });

    [Theory]
    [MemberData(nameof(Way.OfObjects), MemberType = typeof(Way))]
    public Task A_retried_stage_that_hands_its_very_item_on_disposes_nothing_the_consumer_has(Way way) => Limit.Within(() =>
    {
        var books = new Books();
        var again = way.Then(way.From(new Tokens(books)), new HandOnThenFail(), new() { Faults = FaultPolicy.Retry(2) });
        var result = again.To(Collect).Run(way.Options);
        Assert.Equal(Numbers.UpTo(20), way.Comparable(result));
        Assert.Empty(books.Complaints());

        static List<int> Collect(IEnumerable<Token> items)
        {
            var values = new List<int>();
            foreach (var item in items)
            {
                item.Received();
                values.Add(item.Value);
            }

            return values;
        }
    });

    private sealed record FailAtThrees : Step<FailAtThrees, int, int>
    {
        public override IEnumerable<int> Each(int item) => item % 10 == 3 ? throw new InvalidDataException($"{item}") : [Numbers.Jitter(item)];
    }

    private sealed record TwiceWithAFaultBetween : Step<TwiceWithAFaultBetween, int, int>
    {
        public override IEnumerable<int> Each(int item)
        {
            yield return Numbers.Jitter(item);
            if (item % 10 == 3 && PipelineContext.Current!.Attempt < 3)
                throw new InvalidDataException();
            yield return item;
        }
    }

    private sealed record Tokens(Books Books) : Source<Tokens, Token>
    {
        public override IEnumerable<Token> Items() => Numbers.UpTo(20).Select(i => new Token(Books, i).Yielded(from: null));
    }

    private sealed record HandOnThenFail : Step<HandOnThenFail, Token, Token>
    {
        public override IEnumerable<Token> Each(Token item)
        {
            // The engine hands the item on at the first try; the second brings it again, to be dropped, not disposed.
            if (PipelineContext.Current!.Attempt == 1)
            {
                item.Received();
                item.Yielded(from: null);
            }

            yield return item;
            if (item.Value == 7 && PipelineContext.Current!.Attempt == 1)
                throw new InvalidDataException();
        }
    }
}
