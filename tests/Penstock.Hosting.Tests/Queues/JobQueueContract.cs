namespace Penstock.Hosting.Tests.Queues;

/// <summary>What every job queue does, wherever it keeps its jobs. A queue that cannot do a thing says so by a knob.</summary>
public abstract partial class JobQueueContract : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> pullers = [];

    /// <summary>A queue with these settings, empty at the first call; later calls give the same queue to another worker.</summary>
    protected abstract Task<IJobQueue<Work>> OpenAsync(QueueSettings settings);

    /// <summary>The queue's clock.</summary>
    protected virtual TimeProvider Clock => TimeProvider.System;

    /// <summary>Lets that time pass for the queue, unless it does so by itself.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    /// <summary>Whether a job comes back when its lease ends, rather than its connection.</summary>
    protected virtual bool HasLeases => true;

    /// <summary>Whether a job that is given back takes its old place, rather than about that.</summary>
    protected virtual bool KeepsPlaces => true;

    /// <summary>Whether a name that is taken is not taken twice.</summary>
    protected virtual bool RemembersNames => true;

    /// <summary>Whether counts follow a moment later, as a broker's do; the tests' time limit is how long.</summary>
    protected virtual bool CountsLag => false;

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var puller in pullers)
            await puller.DisposeAsync();
    }

    protected async Task<DeadJob> OnlyDeadAsync(IJobStore<Work> store)
    {
        while (CountsLag && (await store.CountAsync()).Dead == 0)
            await Task.Delay(10);
        return Assert.Single(await store.DeadJobsAsync().ToListAsync());
    }

    /// <summary>What the queue counts, where it can.</summary>
    protected async Task ExpectAsync(IJobStore<Work> store, long waiting, long inProgress = 0, long dead = 0)
    {
        var counts = await store.CountAsync();
        while (CountsLag && !Fits(counts))
        {
            await Task.Delay(10);
            counts = await store.CountAsync();
        }

        Assert.True(Fits(counts), $"Expected {waiting} waiting, {inProgress} in progress, {dead} dead: {counts}.");

        bool Fits(JobCounts each) => each.Waiting == waiting && (each.InProgress ?? inProgress) == inProgress && each.Dead == dead;
    }

    protected Puller<Work> Pull(IJobQueue<Work> queue)
    {
        var puller = new Puller<Work>(queue);
        pullers.Add(puller);
        return puller;
    }

    protected async Task<(IJobQueue<Work> Queue, IJobStore<Work> Store)> StartAsync(QueueSettings? settings = null)
    {
        var queue = await OpenAsync(settings ?? new());
        return (queue, (IJobStore<Work>)queue);
    }

    protected static async Task AssertLostAsync(IJobQueue<Work> queue, Job<Work> job)
    {
        await Assert.ThrowsAsync<JobLeaseLostException>(() => queue.CompleteAsync(job, default).AsTask());
        await Assert.ThrowsAsync<JobLeaseLostException>(() => queue.FailAsync(job, new IOException(), default).AsTask());
        await Assert.ThrowsAsync<JobLeaseLostException>(() => queue.ReleaseAsync(job, default).AsTask());
        await Assert.ThrowsAsync<JobLeaseLostException>(() => queue.ExtendAsync(job, TimeSpan.FromSeconds(1), default).AsTask());
    }
}
