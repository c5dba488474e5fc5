using System.Text;

namespace Penstock.Hosting.TestApp;

/// <summary>What a process does, line by line; what was written is there after kill -9.</summary>
internal sealed class Diary(string path) : IDisposable
{
    private readonly FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock gate = new();

    /// <summary>Time in ticks of UTC, what, which job.</summary>
    public void Write(string what, string id)
    {
        lock (gate)
            file.Write(Encoding.UTF8.GetBytes($"{TimeProvider.System.GetUtcNow().Ticks} {what} {id}\n"));
    }

    public void Dispose() => file.Dispose();
}
