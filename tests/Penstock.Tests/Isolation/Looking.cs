namespace Penstock.Tests.Isolated;

internal static class Looking
{
    private const int Patience = 60_000;

    /// <summary>Waits until a run's snapshot fits. Processes tell nothing of what they are just doing, so this looks again and again.</summary>
    public static void LookUntil(this PipelineRun run, Func<PipelineSnapshot, bool> condition) =>
        Assert.True(SpinWait.SpinUntil(() => condition(run.Snapshot()), Patience), string.Join("; ", run.Snapshot().Stages.SelectMany(s => s.Workers.Select(w => $"{s.Name}: {w.Activity}"))));

    /// <summary>Waits until all workers of a stage, by its number in the pipeline, do something certain.</summary>
    public static void LookUntilWorkersAre(this PipelineRun run, int stage, string activity) =>
        run.LookUntil(s => s.Stages[stage].Workers.All(w => w.Activity.StartsWith(activity, StringComparison.Ordinal)));
}
