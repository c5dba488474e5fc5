using Penstock.Tests.Support;

namespace Penstock.Tests.Runs;

/// <summary>A worker may end while it still awaits an item: that item is another one's.</summary>
public class WorkersThatRetire
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task No_item_goes_to_a_worker_that_has_ended(bool asSink) => Within.Time(async () =>
    {
        const int Count = 200;
        using var gate = new Gate();
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        var options = new StageOptions { Workers = 2, Ordered = false, Name = "Work" };
        var source = Pipeline.From(Produce);
        var pipeline = asSink ? source.To(Consume, options) : source.Then(Work, options).To(items => items.ToList().ForEach(seen.Add));
        await using var run = pipeline.Start();
        await gate.Arrived;
        await run.Until(s => s.Stages[1].Workers is [{ Activity: "gone" }, { Activity: "waiting for an item" }]);
        gate.Open();
        await run.Completion;
        Assert.Equal(Enumerable.Range(0, Count), seen.Order());

        IEnumerable<int> Produce()
        {
            gate.Pass();
            for (var i = 0; i < Count; i++)
                yield return i;
        }

        async Task Consume(IAsyncEnumerable<int> items)
        {
            await foreach (var item in Work(items))
                seen.Add(item);
        }
    });

    [Fact]
    public Task Nor_from_a_process() => Within.Time(async () =>
    {
        const int Count = 200;
        using var gate = new Gate();
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        await using var run = Pipeline.From(Produce).Then(Isolated.Steps.Pass, new StageOptions { Isolation = Isolation.Process }).To(Consume, new StageOptions { Workers = 2, Ordered = false }).Start();
        await gate.Arrived;
        await run.Until(s => s.Stages[2].Workers is [{ Activity: "gone" }, { Activity: "waiting for an item" }]);
        gate.Open();
        await run.Completion;
        Assert.Equal(Enumerable.Range(0, Count), seen.Order());

        IEnumerable<int> Produce()
        {
            gate.Pass();
            for (var i = 0; i < Count; i++)
                yield return i;
        }

        async Task Consume(IAsyncEnumerable<int> items)
        {
            await foreach (var item in Work(items))
                seen.Add(item);
        }
    });

    // The first one leaves at once, with its ask under way.
    private static async IAsyncEnumerable<int> Work(IAsyncEnumerable<int> items)
    {
        var own = items.GetAsyncEnumerator();
        while (true)
        {
            var next = own.MoveNextAsync().AsTask();
            if (PipelineContext.Current!.Worker == 0 || !await next)
                yield break;
            yield return own.Current;
        }
    }
}
