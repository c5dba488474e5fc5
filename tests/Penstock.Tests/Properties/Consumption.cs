using System.Collections.Concurrent;

namespace Penstock.Tests.Properties;

/// <summary>The consuming end of a case.</summary>
internal sealed class Consumption(ConsumerCase consumer, Books books)
{
    public Outcome Of(Pipeline<Token> pipeline, RunOptions options)
    {
        var received = new ConcurrentQueue<int>();
        try
        {
            switch (consumer.Form)
            {
                case ConsumerForm.Sink:
                    return new Outcome(pipeline.To(Collect).Run(options), Exception: null);
                case ConsumerForm.AsyncSink:
                    return new Outcome(pipeline.To(CollectAsync).RunAsync(options).GetAwaiter().GetResult(), Exception: null);
                case ConsumerForm.ManySinks:
                    pipeline.To(items => Collect(items).ForEach(received.Enqueue), new StageOptions { Workers = consumer.Workers }).Run(options);
                    break;
                case ConsumerForm.Enumerable:
                    Loop(pipeline.AsEnumerable(options), received.Enqueue);
                    break;
                default:
                    LoopAsync(pipeline.AsAsyncEnumerable(options), received.Enqueue).GetAwaiter().GetResult();
                    break;
            }
        }
        catch (Exception e)
        {
            return new Outcome([.. received], e);
        }

        return new Outcome([.. received], Exception: null);
    }

    private List<int> Collect(IEnumerable<Token> items)
    {
        var list = new List<int>();
        Loop(items, list.Add);
        return list;
    }

    private async Task<List<int>> CollectAsync(IAsyncEnumerable<Token> items)
    {
        var list = new List<int>();
        await LoopAsync(items, list.Add);
        return list;
    }

    // Nothing in there is awaited then: it all happens on this thread.
    private void Loop(IEnumerable<Token> items, Action<int> take) => LoopAsync(items.ToAsyncEnumerable(), take).GetAwaiter().GetResult();

    private async Task LoopAsync(IAsyncEnumerable<Token> items, Action<int> take)
    {
        if (consumer.Take == 0)
            return;
        var life = books.Begin("the consumer", output: null);
        try
        {
            var count = 0;
            await foreach (var item in items)
            {
                life.Hold(item);
                try
                {
                    await Busy.DoAsync(item.Value, consumer.Work, consumer.IsAsynchronous);
                    consumer.FailAt(item.Value);
                    take(item.Value);
                }
                finally
                {
                    life.LetGo(); // now: leaving the loop disposes the enumerator, which frees the slot
                }

                if (++count == consumer.Take)
                    break;
            }
        }
        finally
        {
            life.End();
        }
    }
}
