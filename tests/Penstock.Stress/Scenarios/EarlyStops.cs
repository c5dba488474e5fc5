using Penstock.Tests.Properties;

namespace Penstock.Stress.Scenarios;

/// <summary>Consumers that stop early against endless sources: in a sink, in a loop, in an asynchronous loop.</summary>
internal sealed class EarlyStops : Scenario
{
    public override void Play(Dice dice)
    {
        var books = new Books();
        var take = dice.Next(1, 100);
        var pipeline = new Water(dice, books).Pipe(count: null, maxStages: 4, maxWorkers: 6);
        var options = new RunOptions { TimeProvider = books };
        var result = dice.Next(0, 2) switch
        {
            0 => pipeline.To(items => Water.Collect(items, take)).Run(options),
            1 => Water.Collect(pipeline.AsEnumerable(options), take),
            _ => Loop(pipeline.AsAsyncEnumerable(options), take).GetAwaiter().GetResult(),
        };
        Require(result.SequenceEqual(Enumerable.Range(0, take)), $"expected the first {take} items, but got {result.Count}");
        books.Require();
    }

    private static async Task<List<int>> Loop(IAsyncEnumerable<Token> items, int take)
    {
        var values = new List<int>();
        await foreach (var item in items)
        {
            item.Received()?.Leave();
            values.Add(item.Value);
            if (values.Count == take)
                break;
        }

        return values;
    }
}
