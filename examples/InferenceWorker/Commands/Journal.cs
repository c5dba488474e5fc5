using System.Collections.Concurrent;
using InferenceWorker.Files;

namespace InferenceWorker.Commands;

/// <summary>What the demo's file server saw: when each image was asked for, and when its result was stored.</summary>
internal sealed class Journal
{
    readonly ConcurrentDictionary<string, long> asked = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, TimeSpan> results = new(StringComparer.Ordinal);

    /// <summary>Images sent, each counted once.</summary>
    public int Sent => asked.Count;

    /// <summary>Jobs put aside.</summary>
    public int Dead { get; set; }

    /// <summary>How long each job took from its image to its result, by the job's id.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Results => results;

    public Task SendingAsync(string image, TimeSpan latency)
    {
        asked[JobOf(image)] = TimeProvider.System.GetTimestamp();
        return Task.Delay(latency);
    }

    public Task StoredAsync(StoredFile file)
    {
        var job = JobOf(file.Path);
        results[job] = TimeProvider.System.GetElapsedTime(asked.GetValueOrDefault(job));
        return Task.CompletedTask;
    }

    // images/seed1-0001-page.png and results/seed1-0001.json are of the job seed1-0001.
    static string JobOf(string path) => string.Join('-', Path.GetFileNameWithoutExtension(path).Split('-').Take(2));
}
