namespace Penstock.Hosting.Tests.Queues;

/// <summary>A worker by hand: one job whenever the test asks.</summary>
public sealed class Puller<T> : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly IAsyncEnumerator<Job<T>> jobs;
    private Task<bool>? next;

    public Puller(IJobQueue<T> queue) => jobs = queue.PullAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);

    /// <summary>Whether the one that was asked for has not come yet.</summary>
    public bool Waits => next is { IsCompleted: false };

    /// <summary>Asks for a job without waiting for it.</summary>
    public void Ask() => next ??= jobs.MoveNextAsync().AsTask();

    public async Task<Job<T>> NextAsync()
    {
        Ask();
        var asked = next!;
        next = null;
        return await asked ? jobs.Current : throw new InvalidOperationException("The queue ended.");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (next is not null)
            await next.ContinueWith(static _ => { }, TaskScheduler.Default);
        await jobs.DisposeAsync();
        stop.Dispose();
    }
}
