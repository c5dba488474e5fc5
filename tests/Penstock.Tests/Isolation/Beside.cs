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
        // Looks again and again: of a file that another process makes there is no event to rely on. The watcher of .NET 10 has been seen to miss
        // one, and the system has only so many watchers.
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (Count(pattern) < count)
            await again.WaitForNextTickAsync();
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
