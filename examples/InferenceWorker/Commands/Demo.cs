using InferenceWorker.Files;
using InferenceWorker.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Penstock;
using ReadDigits.Report;

namespace InferenceWorker.Commands;

/// <summary>Without a command: the whole fleet in one process.</summary>
internal static class Demo
{
    // As storage across a network has.
    static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);

    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(Invocation invocation)
    {
        var folder = Directory.CreateTempSubdirectory("penstock-fleet-").FullName;
        try
        {
            await using var files = FileServer.Start(folder);
            var options = invocation.Options with { Files = files.Address, Queue = invocation.Options.Queue ?? $"sqlite:{folder}/jobs.db" };
            await using var queue = JobQueue.Open(options);
            if ((await queue.Store.CountAsync()) is not (0, 0 or null, 0))
                throw new UsageException($"The demo counts jobs, so it needs a queue that is empty, and {JobQueue.Describe(options.Queue)} is not.");
            return await RunAsync(invocation.Builder, options, files, queue);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<int> RunAsync(HostApplicationBuilder builder, FleetOptions options, FileServer files, JobQueue queue)
    {
        var jobs = await Submit.SubmitAsync(options, queue.Store);
        var journal = new Journal();
        files.Sending = name => journal.SendingAsync(name, Latency);
        files.Stored = journal.StoredAsync;
        builder.Logging.ClearProviders();
        builder.Services.AddReader(options, queue);
        using var host = builder.Build();
        var began = TimeProvider.System.GetTimestamp();
        await host.StartAsync();

        var run = PipelineRun.Active.Single(active => string.Equals(active.Snapshot().Name, WorkerHost.Name, StringComparison.Ordinal));
        var snapshot = ProgressDisplay.Follow("Read", jobs.Count, "jobs", ["downloaded", "stored or put aside"], DoneBy, () => UntilDoneAsync().GetAwaiter().GetResult());
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        await host.StopAsync();
        return await Summary.WriteAsync(jobs, journal, queue.Store, elapsed, snapshot) ? 0 : 1;

        int DoneBy(string what) => what is "downloaded" ? journal.Sent : journal.Results.Count + journal.Dead;

        async Task<PipelineSnapshot> UntilDoneAsync()
        {
            // A queue tells how many jobs were put aside only when it is asked.
            using var timer = new PeriodicTimer(Interval);
            do
            {
                journal.Dead = (int)(await queue.Store.CountAsync()).Dead;
            }
            while (journal.Results.Count + journal.Dead < jobs.Count && !run.Completion.IsCompleted && await timer.WaitForNextTickAsync());

            if (run.Completion.IsFaulted)
                await run.Completion; // throws what the worker died of: nobody logs it here
            return run.Snapshot();
        }
    }
}
