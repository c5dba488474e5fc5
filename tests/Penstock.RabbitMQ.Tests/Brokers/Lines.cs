namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>The last lines a process has printed, and a way to wait for the next one with a certain text.</summary>
internal sealed class Lines
{
    private const int Kept = 60;

    private readonly Lock gate = new();
    private readonly Queue<string> last = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> waiting = [];

    public void Add(string? line)
    {
        if (line is null)
            return;
        lock (gate)
        {
            last.Enqueue(line);
            if (last.Count > Kept)
                last.Dequeue();
            foreach (var (_, seen) in waiting.Where(w => line.Contains(w.Text, StringComparison.Ordinal)))
                seen.TrySetResult();
        }
    }

    public Task NextAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
            waiting.Add((text, seen));
        return seen.Task;
    }

    public override string ToString()
    {
        lock (gate)
            return string.Join('\n', last);
    }
}
