namespace Penstock.Hosting.Tests.Workers;

/// <summary>A queue that does what the test says, before it does what it should.</summary>
internal sealed class FaultyQueue<T>(RecordingQueue<T> inner) : IJobQueue<T>
{
    public TimeSpan Lease => inner.Lease;

    public JobQueueOutage? Outage { get; set; }

    /// <summary>Whether a pull goes on when it was told to end.</summary>
    public bool IsDeaf { get; init; }

    public Func<CancellationToken, ValueTask> OnPull { get; init; } = _ => default;

    public Func<Job<T>, ValueTask> OnComplete { get; init; } = _ => default;

    public Func<ValueTask> OnRelease { get; init; } = () => default;

    public Func<Job<T>, ValueTask> OnExtend { get; init; } = _ => default;

    public async IAsyncEnumerable<Job<T>> PullAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await using var jobs = inner.PullAsync(IsDeaf ? CancellationToken.None : ct).GetAsyncEnumerator(CancellationToken.None);
        while (true)
        {
            await OnPull(ct);
            if (!await jobs.MoveNextAsync())
                yield break;
            yield return jobs.Current;
        }
    }

    public async ValueTask CompleteAsync(Job<T> job, CancellationToken ct = default)
    {
        await OnComplete(job);
        await inner.CompleteAsync(job, ct);
    }

    public ValueTask FailAsync(Job<T> job, Exception why, CancellationToken ct = default) => inner.FailAsync(job, why, ct);

    public async ValueTask ReleaseAsync(Job<T> job, CancellationToken ct = default)
    {
        await OnRelease();
        await inner.ReleaseAsync(job, ct);
    }

    public async ValueTask ExtendAsync(Job<T> job, TimeSpan lease, CancellationToken ct = default)
    {
        await OnExtend(job);
        await inner.ExtendAsync(job, lease, ct);
    }
}
