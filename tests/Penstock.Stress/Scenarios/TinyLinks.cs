using Penstock.Tests.Properties;

namespace Penstock.Stress.Scenarios;

/// <summary>Many workers on links with hardly a slot to spare: every item arrives, in order.</summary>
internal sealed class TinyLinks : Scenario
{
    public override void Play(Dice dice)
    {
        var books = new Books();
        var count = dice.Next(0, 2000);
        var mayUnorder = dice.OneIn(3);
        var result = new Water(dice, books).Pipe(count, maxStages: 5, maxWorkers: 12, mayUnorder).To(items => Water.Collect(items)).Run();
        Require((mayUnorder ? result.Order() : result.AsEnumerable()).SequenceEqual(Enumerable.Range(0, count)), $"{count} items went in, {result.Count} came out, or in another order");
        books.Require();
    }
}

internal static class Checks
{
    public static void Require(this Books books)
    {
        if (books.Complaints() is { Count: > 0 } complaints)
            throw new StressException($"{complaints.Count} complaints: {string.Join("; ", complaints.Take(10))}");
    }
}
