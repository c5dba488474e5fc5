using Penstock.Hosting;

namespace Penstock.RabbitMQ.Tests;

/// <summary>Tells when so many jobs are completed; all else is the queue's.</summary>
internal sealed class CountedQueue(IJobQueue<int> queue, int count) : IJobQueue<int>
{
    private readonly TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = count;

    public Task Completed => completed.Task;

    public TimeSpan Lease => queue.Lease;

    public IAsyncEnumerable<Job<int>> PullAsync(CancellationToken ct) => queue.PullAsync(ct);

    public IAsyncEnumerable<Job<int>> PullAsync(int maxInFlight, CancellationToken ct) => queue.PullAsync(maxInFlight, ct);

    public async ValueTask CompleteAsync(Job<int> job, CancellationToken ct = default)
    {
        await queue.CompleteAsync(job, ct);
        if (Interlocked.Decrement(ref left) == 0)
            completed.TrySetResult();
    }

    public ValueTask FailAsync(Job<int> job, Exception why, CancellationToken ct = default) => queue.FailAsync(job, why, ct);

    public ValueTask ReleaseAsync(Job<int> job, CancellationToken ct = default) => queue.ReleaseAsync(job, ct);

    public ValueTask ExtendAsync(Job<int> job, TimeSpan lease, CancellationToken ct = default) => queue.ExtendAsync(job, lease, ct);
}
