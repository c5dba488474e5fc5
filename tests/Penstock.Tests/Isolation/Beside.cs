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

        // What happens just as it begins, the watcher of .NET 10 may miss (github.com/dotnet/runtime/pull/125740).
        await using var again = new Timer(_ => change.Beat(), state: null, dueTime: TimeSpan.FromSeconds(1), period: TimeSpan.FromSeconds(1));
        await change.Until(() => Count(pattern) >= count);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
