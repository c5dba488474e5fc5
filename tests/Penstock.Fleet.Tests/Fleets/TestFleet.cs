using System.Globalization;
using System.Text.Json;
using InferenceWorker;
using InferenceWorker.Files;
using InferenceWorker.Jobs;
using Penstock.Hosting;
using Penstock.RabbitMQ.Tests.Brokers;

namespace Penstock.Fleet.Tests.Fleets;

/// <summary>A file server in this process, a queue, and workers as processes.</summary>
internal sealed class TestFleet : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("penstock-fleet-").FullName;
    private readonly FleetOptions options;
    private readonly FileServer files;
    private readonly JobQueue queue;
    private readonly HttpClient client;
    private readonly List<WorkerProcess> workers = [];

    /// <param name="queue">Where the jobs are; null: a new file.</param>
    /// <param name="options">How often a job is tried, and how long leases and pauses are.</param>
    public TestFleet(string? queue = null, FleetOptions? options = null)
    {
        files = FileServer.Start(folder, Broker.FreePort());
        files.Stored = async stored =>
        {
            if (!stored.Path.StartsWith("results/", StringComparison.Ordinal))
                return;
            Stored.Add(stored);
            await Storing(stored);
        };
        files.Sending = async image =>
        {
            Asked.Add(image);
            await Sending(image);
        };
        client = FilesClient.Of(files.Address);
        this.options = (options ?? new FleetOptions()) with { Files = files.Address, Queue = queue ?? $"sqlite:{folder}/jobs.db" };
        this.queue = JobQueue.Open(this.options);
    }

    /// <summary>Results as they are stored.</summary>
    public Chronicle<StoredFile> Stored { get; } = new();

    /// <summary>Images as they are asked for.</summary>
    public Chronicle<string> Asked { get; } = new();

    /// <summary>Awaited before an image is sent.</summary>
    public Func<string, Task> Sending { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Awaited when a result is stored, before the worker is told so.</summary>
    public Func<StoredFile, Task> Storing { get; set; } = static _ => Task.CompletedTask;

    public IJobStore<ReadRequest> Store => queue.Store;

    /// <summary>The jobs that have a result on the file server.</summary>
    public IEnumerable<string> Results => Directory.EnumerateFiles(Path.Combine(folder, "results")).Select(file => Path.GetFileNameWithoutExtension(file));

    public async Task<IReadOnlyList<MadeImage>> SubmitAsync(IReadOnlyList<PlannedJob> plan)
    {
        var made = new List<MadeImage>();
        await foreach (var image in Submission.SubmitAsync(plan, client, queue.Store))
            made.Add(image);
        return made;
    }

    /// <summary>Submits jobs of these kinds one after the other.</summary>
    public async Task<IReadOnlyList<MadeImage>> SubmitAsync(params JobKind[] kinds)
    {
        var made = new List<MadeImage>();
        foreach (var (index, kind) in kinds.Index())
            made.AddRange(await SubmitAsync([new PlannedJob(Seed: 1, index + 1, kind)]));
        return made;
    }

    public WorkerProcess StartWorker(params string[] further)
    {
        var worker = new WorkerProcess([
            "worker", "--queue", options.Queue!, "--files", files.Address.ToString(), "--attempts", $"{options.Attempts}",
            "--backoff", Seconds(options.Backoff), "--lease", Seconds(options.Lease), "--shutdown-timeout", Seconds(options.ShutdownTimeout), .. further]);
        workers.Add(worker);
        return worker;
    }

    public async Task<ReadResult> ResultAsync(string job) =>
        JsonSerializer.Deserialize<ReadResult>(await File.ReadAllTextAsync(Path.Combine(folder, ReadResult.PathOf(job))), JsonSerializerOptions.Web)!;

    public async Task<List<DeadJob>> DeadAsync()
    {
        var dead = new List<DeadJob>();
        await foreach (var job in queue.Store.DeadJobsAsync())
            dead.Add(job);
        return dead;
    }

    /// <summary>Waits until so many jobs were put aside.</summary>
    public Task UntilDeadAsync(int count) => UntilAsync(counts => counts.Dead >= count);

    /// <summary>Waits until so many jobs were put aside and no others are left, not even those with a result that a worker has died on.</summary>
    public Task UntilOnlyDeadAsync(int count) => UntilAsync(counts => counts is { Waiting: 0, InProgress: 0 or null } && counts.Dead >= count);

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
            await worker.DisposeAsync();
        await queue.DisposeAsync();
        await files.DisposeAsync();
        client.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    // Queues send no word of that, so this is the one thing that is asked for again and again.
    private async Task UntilAsync(Func<JobCounts, bool> isMet)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!isMet(await Store.CountAsync(limit.Token)))
            await timer.WaitForNextTickAsync(limit.Token);
    }

    private static string Seconds(double seconds) => seconds.ToString(CultureInfo.InvariantCulture);
}
