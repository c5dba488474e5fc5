namespace Penstock.Tests.Support;

/// <summary>The hard time limit of every test: a body that does not end fails, and says what every run was doing.</summary>
internal static class Within
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Task Time(Action body, TimeSpan? limit = null) => Time(() =>
    {
        body();
        return Task.CompletedTask;
    }, limit);

    public static async Task Time(Func<Task> body, TimeSpan? limit = null)
    {
        // A thread of its own: a body that blocks must not keep the limit from being noticed.
        var test = Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        try
        {
            await test.WaitAsync(limit ?? Limit);
        }
        catch (TimeoutException) when (!test.IsCompleted)
        {
            Assert.Fail($"The test did not end within {limit ?? Limit}. Runs that go on:\n{string.Join('\n', PipelineRun.Active.Select(Describe))}");
        }
    }

    private static string Describe(PipelineRun run) =>
        $"{run.Name}\n" + string.Join('\n', run.Snapshot().Stages.SelectMany(s => s.Workers.Select(w =>
            $"    {s.Name} #{w.Index}: {w.Activity}, {w.ItemsIn} in, {w.ItemsOut} out, {s.InFlight} of {s.MaxInFlight} in flight behind it")));
}
