namespace Penstock.Stress.Scenarios;

/// <summary>Stages that run pipelines themselves, and are stopped in the middle of it.</summary>
internal sealed class RunsInRuns : Scenario
{
    public override void Play(Dice dice)
    {
        var (outer, inner) = (dice.Next(1, 4), dice.Next(1, 4));
        var take = dice.OneIn(2) ? dice.Next(1, 20) : 20;
        var blocking = dice.OneIn(2);
        var options = new StageOptions { Workers = outer };
        var pipeline = Pipeline.From(Enumerable.Range(1, 20));
        var sums = blocking
            ? pipeline.Then(items => items.Select(n => Inner(n).Run()), options)
            : pipeline.Select((n, token) => new ValueTask<int>(Inner(n).RunAsync(token)), options);
        var result = sums.AsEnumerable().Take(take).ToList();
        Require(result.SequenceEqual(Enumerable.Range(1, take).Select(n => n * (n - 1) / 2)), "a sum of an inner run is wrong");

        RunnablePipeline<int> Inner(int n) => Pipeline.From(Enumerable.Range(0, n)).Then(items => items.Select(i => i), new StageOptions { Workers = inner }).To(items => items.Sum());
    }
}
