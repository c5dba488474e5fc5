using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>A queue that writes down what it is told.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Semaphores that are only awaited hold nothing to dispose.")]
internal sealed class RecordingQueue<T> : IJobQueue<T>
{
    private readonly Channel<Job<T>> jobs = Channel.CreateUnbounded<Job<T>>();
    private readonly SemaphoreSlim pulled = new(0);
    private readonly SemaphoreSlim settled = new(0);
    private readonly SemaphoreSlim extended = new(0);
    private int held;

    public TimeSpan Lease { get; init; } = Timeout.InfiniteTimeSpan;

    public ConcurrentQueue<string> Pulled { get; } = [];

    public ConcurrentQueue<string> Completed { get; } = [];

    public ConcurrentDictionary<string, Exception> Failed { get; } = [];

    public ConcurrentQueue<string> Released { get; } = [];

    public ConcurrentQueue<string> Extended { get; } = [];

    /// <summary>The most jobs that were pulled and not settled.</summary>
    public int MostHeld { get; private set; }

    public void Add(string id, T payload, string? traceParent = null, int attempt = 1) =>
        jobs.Writer.TryWrite(new Job<T> { Id = id, Payload = payload, TraceParent = traceParent, Attempt = attempt });

    public void End() => jobs.Writer.Complete();

    /// <summary>Waits until so many more jobs were pulled.</summary>
    public Task UntilPulledAsync(int count) => UntilAsync(pulled, count);

    /// <summary>Waits until so many more jobs were settled.</summary>
    public Task UntilSettledAsync(int count) => UntilAsync(settled, count);

    /// <summary>Waits until leases were extended so many times more.</summary>
    public Task UntilExtendedAsync(int count) => UntilAsync(extended, count);

    public async IAsyncEnumerable<Job<T>> PullAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var job in jobs.Reader.ReadAllAsync(ct))
        {
            lock (jobs)
                MostHeld = Math.Max(MostHeld, ++held);
            Pulled.Enqueue(job.Id);
            pulled.Release();
            yield return job;
        }
    }

    public ValueTask CompleteAsync(Job<T> job, CancellationToken ct = default) => Settle(() => Completed.Enqueue(job.Id));

    public ValueTask FailAsync(Job<T> job, Exception why, CancellationToken ct = default) => Settle(() => Failed[job.Id] = why);

    public ValueTask ReleaseAsync(Job<T> job, CancellationToken ct = default) => Settle(() => Released.Enqueue(job.Id));

    public ValueTask ExtendAsync(Job<T> job, TimeSpan lease, CancellationToken ct = default)
    {
        Extended.Enqueue(job.Id);
        extended.Release();
        return default;
    }

    private static async Task UntilAsync(SemaphoreSlim happened, int count)
    {
        for (var i = 0; i < count; i++)
            await happened.WaitAsync();
    }

    private ValueTask Settle(Action write)
    {
        write();
        lock (jobs)
            held--;
        settled.Release();
        return default;
    }
}
