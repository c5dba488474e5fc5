using System.Diagnostics;
using Penstock.Bench.Measuring;
using Penstock.Hosting;

namespace Penstock.Bench.Peers;

/// <summary>An item of these contests is a job whose payload is a number.</summary>
internal static class JobQueues
{
    /// <summary>Of the step the contest is about: submitting and pulling are told apart, though a round has both.</summary>
    public static Headline JobsPerSecond { get; } =
        new("jobs_per_s", "jobs/s", "N0", LowerIsBetter: false, round => round.Figure(Figure));

    private const string Figure = "jobs_per_s";

    /// <summary>What a commit costs at least: four kilobytes more in a file, and on the disk.</summary>
    public static Contestant Sync() => Contestant.Limit("write 4 KB and sync to the disk", async count =>
    {
        var path = Path.GetTempFileName();
        var tally = new Tally();
        await using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var block = new byte[4096];
            var start = Stopwatch.GetTimestamp();
            for (var i = 1; i <= count; i++)
            {
                file.Write(block);
                file.Flush(flushToDisk: true);
                tally.Add(i);
            }

            Tell(ref tally, count, Stopwatch.GetElapsedTime(start));
        }

        File.Delete(path);
        return tally;
    });

    public static Contestant Submit(Kind kind, int submitters) => Contestant.Penstock($"{kind.Name}, {submitters} at once", async count =>
    {
        using var store = kind.Open();
        var time = await SubmitAsync(store.Queue, count, submitters);
        var (tally, _) = await PullAsync(store.Queue, count, workers: 256);
        Tell(ref tally, count, time);
        await store.Queue.DisposeAsync();
        return tally;
    }, ordered: false);

    public static Contestant Pull(Kind kind, int workers) => Contestant.Penstock($"{kind.Name}, {workers} {(workers == 1 ? "worker" : "workers")}", async count =>
    {
        using var store = kind.Open();
        await FillAsync(store.Queue, count);
        var (tally, time) = await PullAsync(store.Queue, count, workers);
        Tell(ref tally, count, time);
        await store.Queue.DisposeAsync();
        return tally;
    }, ordered: workers == 1);

    private static async Task<TimeSpan> SubmitAsync(EmbeddedJobQueue<int> queue, int count, int submitters)
    {
        var start = Stopwatch.GetTimestamp();
        var last = 0;
        await Task.WhenAll(Enumerable.Range(0, submitters).Select(async _ =>
        {
            await Task.Yield();
            for (var i = Interlocked.Increment(ref last); i <= count; i = Interlocked.Increment(ref last))
                await queue.SubmitAsync(i);
        }));
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>In order, which a single worker is checked for.</summary>
    private static Task<string[]> FillAsync(EmbeddedJobQueue<int> queue, int count) =>
        Task.WhenAll(Enumerable.Range(1, count).Select(i => queue.SubmitAsync(i).AsTask()));

    private static async Task<(Tally Tally, TimeSpan Time)> PullAsync(EmbeddedJobQueue<int> queue, int count, int workers)
    {
        var start = Stopwatch.GetTimestamp();
        var tally = new Tally();
        using var done = new CancellationTokenSource();
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(async _ =>
        {
            await Task.Yield();
            try
            {
                await foreach (var job in queue.PullAsync(done.Token))
                {
                    await queue.CompleteAsync(job, default);
                    lock (gate)
                    {
                        tally.Add(job.Payload);
                        if (tally.Count == count)
                            done.Cancel();
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // All jobs are done.
            }
        }));
        return (tally, Stopwatch.GetElapsedTime(start));
    }

    private static void Tell(ref Tally tally, int count, TimeSpan time) =>
        tally.Figures = new Dictionary<string, double>(StringComparer.Ordinal) { [Figure] = count / time.TotalSeconds };

    /// <summary>A queue to measure, and what is left of it afterwards.</summary>
    internal sealed record Store(EmbeddedJobQueue<int> Queue, string? Folder) : IDisposable
    {
        public void Dispose()
        {
            if (Folder is not null)
                Directory.Delete(Folder, recursive: true);
        }
    }

    internal sealed record Kind(string Name, Func<Store> Open)
    {
        public static Kind Memory { get; } = new("in memory", () => new Store(new InMemoryJobQueue<int>(), Folder: null));

        public static Kind Sqlite { get; } = new("SQLite", () =>
        {
            var folder = Directory.CreateTempSubdirectory("penstock-queue-").FullName;
            return new Store(new SqliteJobQueue<int>(Path.Combine(folder, "jobs.db")), folder);
        });
    }
}
