namespace Penstock.Hosting.Tests.Queues;

/// <summary>A worker by hand: one job whenever the test asks.</summary>
public sealed class Puller<T> : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<Job<T>> _jobs;
    private Task<bool>? _next;

    public Puller(IJobQueue<T> queue) => _jobs = queue.PullAsync(_stop.Token).GetAsyncEnumerator(CancellationToken.None);

    /// <summary>Whether the one that was asked for has not come yet.</summary>
    public bool Waits => _next is { IsCompleted: false };

    /// <summary>Asks for a job without waiting for it.</summary>
    public void Ask() => _next ??= _jobs.MoveNextAsync().AsTask();

    public async Task<Job<T>> NextAsync()
    {
        Ask();
        var next = _next!;
        _next = null;
        return await next ? _jobs.Current : throw new InvalidOperationException("The queue ended.");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_next is { } next)
            await next.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _jobs.DisposeAsync();
        _stop.Dispose();
    }
}
