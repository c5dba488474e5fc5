namespace InferenceWorker.Commands;

/// <summary><c>status</c></summary>
internal static class Status
{
    public static async Task<int> RunAsync(Invocation invocation)
    {
        await using var queue = JobQueue.Open(invocation.Options);
        var counts = await queue.Store.CountAsync();
        var inProgress = counts.InProgress is { } known ? $"{known:N0}" : "an unknown number of";
        Console.WriteLine($"{counts.Waiting:N0} jobs wait, {inProgress} jobs are in progress, {counts.Dead:N0} jobs were put aside.");
        await foreach (var dead in queue.Store.DeadJobsAsync())
            Console.WriteLine($"  {dead.Id}, tried {dead.Attempts} times: {dead.Reason}");
        return 0;
    }
}
