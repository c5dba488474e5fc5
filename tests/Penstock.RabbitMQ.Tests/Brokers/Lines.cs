namespace Penstock.RabbitMQ.Tests.Brokers;

/// <summary>The last lines a process has printed, and a way to wait for the next one with a certain text.</summary>
internal sealed class Lines
{
    private const int Kept = 60;

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _waiting = [];

    public void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
        {
            _last.Enqueue(line);
            if (_last.Count > Kept)
                _last.Dequeue();
            foreach (var (_, seen) in _waiting.Where(w => line.Contains(w.Text, StringComparison.Ordinal)))
                seen.TrySetResult();
        }
    }

    public Task NextAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _waiting.Add((text, seen));
        return seen.Task;
    }

    public override string ToString()
    {
        lock (_lock)
            return string.Join('\n', _last);
    }
}
