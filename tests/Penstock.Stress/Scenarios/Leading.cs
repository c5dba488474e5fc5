namespace Penstock.Stress.Scenarios;

/// <summary>Items that are cheap for a while, then costly, then cheap again, so that workers take the lead, step down and share; with any ending.</summary>
internal sealed class Leading : Scenario
{
    public override void Play(Dice dice)
    {
        var count = dice.Next(1000, 40_000);
        var take = dice.OneIn(3) ? dice.Next(1, count) : count;
        var faultAt = dice.OneIn(3) ? dice.Next(0, count) : int.MaxValue;
        var segment = dice.Next(200, 10_000);
        var ordered = dice.OneIn(2);
        var pipeline = Pipeline.From(Enumerable.Range(0, count), new StageOptions { MaxInFlight = dice.Of(1, 2, 8, 100) });
        for (var stages = dice.Next(1, 3); stages > 0; stages--)
        {
            var workers = dice.Next(2, 8);
            var isLast = stages == 1;
            pipeline = pipeline.Then(
                items => Work(items, isLast ? faultAt : int.MaxValue, segment),
                new StageOptions { Workers = workers, Ordered = ordered, MaxInFlight = workers + dice.Of(0, 1, 4, 50) });
        }

        List<int> result;
        try
        {
            result = pipeline.To(items => items.Take(take).ToList()).Run();
        }
        catch (InvalidDataException)
        {
            Require(faultAt < take || !ordered, "a fault was met behind the item where the sink stops");
            return;
        }

        Require(faultAt >= take || !ordered || faultAt == int.MaxValue, "a fault was not met");
        Require(result.Count == take, $"expected {take} items, but got {result.Count}");
        Require(!ordered || result.SequenceEqual(Enumerable.Range(0, take)), "another order");
        Require(result.Distinct().Count() == take, "an item came twice");
    }

    private static IEnumerable<int> Work(IEnumerable<int> items, int faultAt, int segment)
    {
        foreach (var item in items)
        {
            if (item == faultAt)
                throw new InvalidDataException("fault");
            if (item / segment % 2 == 1)
            {
                if (item % 500 == 0)
                    Thread.Sleep(1);
                else if (item % 20 == 0)
                    Thread.SpinWait(3000);
            }

            yield return item;
        }
    }
}
