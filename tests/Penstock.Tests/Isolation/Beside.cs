using Penstock.Tests.Support;

namespace Penstock.Tests.Isolated;

/// <summary>Options and ends that these tests share.</summary>
internal static class Beside
{
    public static StageOptions Process { get; } = new() { Isolation = Isolation.Process };

    public static StageOptions Processes(int workers) => Process with { Workers = workers };

    public static Task<List<T>> ToListAsync<T>(this Pipeline<T> pipeline, RunOptions? options = null) => pipeline.To(xs => xs.ToList()).RunAsync(options);

    /// <summary>The pipeline in processes gives what the sequence is.</summary>
    public static Task MustGive<T>(this Pipeline<T> pipeline, IEnumerable<T> expected, RunOptions? options = null) => Within.Time(async () =>
        Assert.Equal(expected, await pipeline.ToListAsync(options)));
}

/// <summary>A folder that is gone when the test is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("penstock-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public int Count(string pattern) => Directory.GetFiles(Path, pattern).Length;

    /// <summary>Waits until somebody, in whatever process, has made so many files.</summary>
    public async Task Until(string pattern, int count = 1)
    {
        var change = new Pulse();
        using var watcher = new FileSystemWatcher(Path);
        watcher.Created += (_, _) => change.Beat();
        watcher.EnableRaisingEvents = true;

        // The watcher of .NET 10 has been seen to miss a file, so somebody looks again.
        await using var again = new Timer(_ => change.Beat(), state: null, dueTime: TimeSpan.FromSeconds(1), period: TimeSpan.FromSeconds(1));
        await change.Until(() => Count(pattern) >= count);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
