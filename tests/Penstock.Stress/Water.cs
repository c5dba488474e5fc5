using System.Runtime.CompilerServices;
using Penstock.Tests.Properties;

namespace Penstock.Stress;

/// <summary>Random pipelines over items that keep books, whose every stage keeps all items: what comes out is known.</summary>
internal sealed class Water(Dice dice, Books books)
{
    public Pipeline<Token> Pipe(int? count, int maxStages, int maxWorkers, bool mayUnorder = false)
    {
        var gauge = Gauge("source", 1, out var capacity);
        var options = new StageOptions { Name = "source", MaxInFlight = capacity };
        var pipeline = dice.OneIn(3)
            ? Pipeline.From(() => ProduceAsync(count, gauge), options)
            : Pipeline.From(() => Produce(count, gauge), options);
        var stages = dice.Next(1, maxStages);
        for (var i = 0; i < stages; i++)
            pipeline = Then(pipeline, $"stage {i}", maxWorkers, ordered: !mayUnorder || dice.OneIn(2));
        return pipeline;
    }

    private Pipeline<Token> Then(Pipeline<Token> pipeline, string name, int maxWorkers, bool ordered)
    {
        var workers = dice.Next(1, maxWorkers);
        var gauge = Gauge(name, workers, out var capacity);
        var work = dice.Next(0, 2);
        var options = new StageOptions { Name = name, Workers = workers, Ordered = ordered, MaxInFlight = capacity };
        return dice.OneIn(3)
            ? pipeline.Then((items, token) => PassAsync(items, name, gauge, work, token), options)
            : pipeline.Then(items => Pass(items, name, gauge, work), options);
    }

    // Tight links most often: that is where waiting and waking go wrong.
    private Gauge Gauge(string name, int workers, out int? capacity)
    {
        capacity = dice.OneIn(4) ? null : workers + dice.Of(0, 0, 1, 2, 10);
        return new Gauge(books, name, capacity ?? int.MaxValue);
    }

    private IEnumerable<Token> Produce(int? count, Gauge gauge)
    {
        var life = books.Begin("source", gauge);
        try
        {
            life.Resumed();
            for (var i = 0; i != count; i++)
            {
                yield return life.Yield(new Token(books, i));
                life.Resumed();
            }
        }
        finally
        {
            life.End();
        }
    }

    private async IAsyncEnumerable<Token> ProduceAsync(int? count, Gauge gauge)
    {
        var life = books.Begin("source", gauge);
        try
        {
            life.Resumed();
            for (var i = 0; i != count; i++)
            {
                if (i % 16 == 0)
                    await Task.Yield();
                yield return life.Yield(new Token(books, i));
                life.Resumed();
            }
        }
        finally
        {
            life.End();
        }
    }

    private IEnumerable<Token> Pass(IEnumerable<Token> items, string name, Gauge gauge, int work)
    {
        var life = books.Begin(name, gauge);
        try
        {
            foreach (var item in items)
            {
                life.Hold(item);
                life.Resumed(); // while it waits for an item it may have no slot: it sleeps without one when items are cheap
                Busy.Do(item.Value, work);
                yield return life.Yield(new Token(books, item.Value));
                life.LetGo();
            }
        }
        finally
        {
            life.End();
        }
    }

    private async IAsyncEnumerable<Token> PassAsync(
        IAsyncEnumerable<Token> items, string name, Gauge gauge, int work, [EnumeratorCancellation] CancellationToken token)
    {
        var life = books.Begin(name, gauge);
        try
        {
            life.Resumed();
            await foreach (var item in items.WithCancellation(token))
            {
                life.Hold(item);
                await Busy.DoAsync(item.Value, work);
                yield return life.Yield(new Token(books, item.Value));
                life.Resumed();
                life.LetGo();
            }
        }
        finally
        {
            life.End();
        }
    }

    /// <summary>A sink that receives everything, or the first so many.</summary>
    public static List<int> Collect(IEnumerable<Token> items, int? take = null)
    {
        var values = new List<int>();
        foreach (var item in items)
        {
            item.Received()?.Leave();
            values.Add(item.Value);
            if (values.Count == take)
                break;
        }

        return values;
    }
}
