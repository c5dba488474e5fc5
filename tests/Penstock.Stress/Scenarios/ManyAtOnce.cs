namespace Penstock.Stress.Scenarios;

/// <summary>Many concurrent runs of one description.</summary>
internal sealed class ManyAtOnce : Scenario
{
    public override void Play(Dice dice)
    {
        var workers = dice.Next(1, 3);
        var pipeline = Pipeline.From(Enumerable.Range(0, 200))
            .Then(items => items.Select(i => i + 1), new StageOptions { Workers = workers, MaxInFlight = workers })
            .Select(async i =>
            {
                await Task.Yield();
                return i;
            })
            .To(items => items.Sum());
        var runs = Enumerable.Range(0, dice.Next(2, 24)).Select(_ => pipeline.RunAsync()).ToArray();
        foreach (var sum in Task.WhenAll(runs).GetAwaiter().GetResult())
            Require(sum == 200 * 201 / 2, $"a sum is {sum}");
    }
}
