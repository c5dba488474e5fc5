using System.Diagnostics;

namespace Penstock.Hosting.Tests.Queues;

/// <summary>What every job queue does, wherever it keeps its jobs. A queue that cannot do a thing says so by a knob.</summary>
public abstract class JobQueueContract : IAsyncLifetime
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

    [ContractFact(Timeout = 120_000)]
    public async Task A_job_is_pulled_with_its_name_and_payload()
    {
        var (queue, store) = await StartAsync();
        var id = await store.SubmitAsync(new Work("sort the mail", 7));

        var job = await Pull(queue).NextAsync();

        Assert.Equal(id, job.Id);
        Assert.Equal(new Work("sort the mail", 7), job.Payload);
        Assert.Equal(1, job.Attempt);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task Jobs_are_pulled_in_the_order_in_which_they_were_submitted()
    {
        var (queue, store) = await StartAsync();
        for (var i = 0; i < 20; i++)
            await store.SubmitAsync(new Work("count", i));

        var puller = Pull(queue);
        for (var i = 0; i < 20; i++)
        {
            var job = await puller.NextAsync();
            Assert.Equal(i, job.Payload.Number);
            await queue.CompleteAsync(job, default);
        }
    }

    [ContractFact(Timeout = 120_000)]
    public async Task Whoever_waits_gets_a_job_as_soon_as_there_is_one()
    {
        var (queue, store) = await StartAsync();
        var puller = Pull(queue);
        puller.Ask();
        Assert.True(puller.Waits);

        var id = await store.SubmitAsync(new Work("wake up"));

        Assert.Equal(id, (await puller.NextAsync()).Id);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task Many_workers_share_the_jobs_and_none_gets_one_that_another_has()
    {
        const int count = 300;
        var (queue, store) = await StartAsync();
        var taken = new HashSet<int>();
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 8).Select(_ => WorkAsync()).ToList();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => store.SubmitAsync(new Work("share", i)).AsTask()));

        foreach (var worker in workers)
            await worker;

        Assert.Equal(count, taken.Count);
        await ExpectAsync(store, waiting: 0);

        async Task WorkAsync()
        {
            try
            {
                await foreach (var job in queue.PullAsync(stop.Token))
                {
                    lock (taken)
                        Assert.True(taken.Add(job.Payload.Number), $"Job {job.Payload.Number} was handed out twice.");
                    await queue.CompleteAsync(job, CancellationToken.None);
                    lock (taken)
                    {
                        if (taken.Count == count)
                            stop.Cancel();
                    }
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }
        }
    }

    [ContractFact(Timeout = 120_000)]
    public async Task Counts_follow_the_jobs()
    {
        var (queue, store) = await StartAsync();
        await store.SubmitAsync(new Work("first"));
        await store.SubmitAsync(new Work("second"));
        await ExpectAsync(store, waiting: 2);

        var puller = Pull(queue);
        var first = await puller.NextAsync();
        await ExpectAsync(store, waiting: 1, inProgress: 1);
        await queue.CompleteAsync(first, default);
        var second = await puller.NextAsync();
        await ExpectAsync(store, waiting: 0, inProgress: 1);
        await queue.FailAsync(second, new JobRejectedException("no"), default);
        await ExpectAsync(store, waiting: 0, dead: 1);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_failed_job_is_tried_again_after_a_pause()
    {
        var settings = new QueueSettings { Backoff = TimeSpan.FromMilliseconds(200) };
        var (queue, store) = await StartAsync(settings);
        var id = await store.SubmitAsync(new Work("try"));
        Job<Work> job;
        await using (var first = new Puller<Work>(queue))
            job = await first.NextAsync();
        var start = Clock.GetTimestamp();
        await queue.FailAsync(job, new IOException("no luck"), default);
        await ExpectAsync(store, waiting: 1);

        var puller = Pull(queue);
        puller.Ask();
        await store.CountAsync();
        Assert.True(puller.Waits || HasPaused());
        await PassAsync(settings.Backoff);

        var again = await puller.NextAsync();
        Assert.Equal((id, 2), (again.Id, again.Attempt));
        Assert.True(HasPaused());

        // A pause may be cut by up to a half.
        bool HasPaused() => Clock.GetElapsedTime(start) >= settings.Backoff / 2;
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_job_that_fails_too_often_is_put_aside_with_the_reason()
    {
        var settings = new QueueSettings { MaxAttempts = 3, Backoff = TimeSpan.FromMilliseconds(10) };
        var (queue, store) = await StartAsync(settings);
        var id = await store.SubmitAsync(new Work("fail"));
        var puller = Pull(queue);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            puller.Ask();
            await PassAsync(10 * settings.Backoff);
            var job = await puller.NextAsync();
            Assert.Equal(attempt, job.Attempt);
            await queue.FailAsync(job, new InvalidOperationException($"luck {attempt} has run out"), default);
        }

        var dead = await OnlyDeadAsync(store);
        Assert.Equal((id, 3), (dead.Id, dead.Attempts));
        Assert.Contains(nameof(InvalidOperationException), dead.Reason, StringComparison.Ordinal);
        Assert.Contains("luck 3 has run out", dead.Reason, StringComparison.Ordinal);
        Assert.Contains("fail", System.Text.Encoding.UTF8.GetString(dead.Payload.Span), StringComparison.Ordinal);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_rejected_job_is_put_aside_at_once()
    {
        var (queue, store) = await StartAsync();
        await store.SubmitAsync(new Work("impossible"));
        await queue.FailAsync(await Pull(queue).NextAsync(), new JobRejectedException("not with me"), default);

        Assert.Contains("not with me", (await OnlyDeadAsync(store)).Reason, StringComparison.Ordinal);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_released_job_has_lost_nothing()
    {
        var (queue, store) = await StartAsync(new QueueSettings { MaxAttempts = 2 });
        var first = await store.SubmitAsync(new Work("first"));
        await store.SubmitAsync(new Work("second"));
        var puller = Pull(queue);
        for (var i = 0; i < 5; i++)
        {
            var job = await puller.NextAsync();
            if (KeepsPlaces)
                Assert.Equal(first, job.Id);
            Assert.Equal(1, job.Attempt);
            await queue.ReleaseAsync(job, default);
        }
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_settled_job_cannot_be_settled_again()
    {
        var (queue, store) = await StartAsync();
        await store.SubmitAsync(new Work("once"));
        var job = await Pull(queue).NextAsync();
        await queue.CompleteAsync(job, default);

        await AssertLostAsync(queue, job);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task What_a_pipeline_has_made_of_a_job_settles_it()
    {
        var (queue, store) = await StartAsync();
        var id = await store.SubmitAsync(new Work("change me"));
        var job = (await Pull(queue).NextAsync()).With("something else").With(new Work("new"));

        await queue.CompleteAsync(job, default);

        Assert.Equal(id, job.Id);
        await ExpectAsync(store, waiting: 0);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_job_whose_lease_ends_is_given_to_another_worker_and_lost_for_the_first()
    {
        if (!HasLeases)
            return;
        var settings = new QueueSettings { Lease = TimeSpan.FromSeconds(20) };
        var (queue, store) = await StartAsync(settings);
        var id = await store.SubmitAsync(new Work("slow"));
        var slow = await Pull(queue).NextAsync();
        var other = Pull(await OpenAsync(settings));
        other.Ask();

        await PassAsync(settings.Lease);

        var again = await other.NextAsync();
        Assert.Equal((id, 2), (again.Id, again.Attempt));
        await AssertLostAsync(queue, slow);
        await queue.CompleteAsync(again, default);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_lease_that_ended_is_lost_also_when_nobody_else_has_taken_the_job()
    {
        if (!HasLeases)
            return;
        var (queue, store) = await StartAsync(new QueueSettings { Lease = TimeSpan.FromSeconds(20) });
        await store.SubmitAsync(new Work("slow"));
        var slow = await Pull(queue).NextAsync();

        await PassAsync(TimeSpan.FromSeconds(20));

        await AssertLostAsync(queue, slow);
        await ExpectAsync(store, waiting: 1);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task An_extended_lease_lasts()
    {
        if (!HasLeases)
            return;
        var (queue, store) = await StartAsync(new QueueSettings { Lease = TimeSpan.FromSeconds(20) });
        await store.SubmitAsync(new Work("long"));
        var job = await Pull(queue).NextAsync();
        var other = Pull(queue);
        other.Ask();
        for (var i = 0; i < 5; i++)
        {
            await PassAsync(TimeSpan.FromSeconds(15));
            await queue.ExtendAsync(job, TimeSpan.FromSeconds(20), default);
        }

        Assert.True(other.Waits);
        await queue.CompleteAsync(job, default);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_job_that_kills_its_workers_is_put_aside()
    {
        if (!HasLeases)
            return;
        var settings = new QueueSettings { MaxAttempts = 3, Lease = TimeSpan.FromSeconds(20) };
        var (queue, store) = await StartAsync(settings);
        await store.SubmitAsync(new Work("deadly"));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(attempt, (await Pull(queue).NextAsync()).Attempt);
            await PassAsync(settings.Lease);
        }

        Assert.Contains("died", (await OnlyDeadAsync(store)).Reason, StringComparison.Ordinal);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task Pulling_ends_by_its_token_and_takes_no_job_along()
    {
        var (queue, store) = await StartAsync();
        using var stop = new CancellationTokenSource();
        var jobs = queue.PullAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = jobs.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await jobs.DisposeAsync();

        var id = await store.SubmitAsync(new Work("stay"));

        Assert.Equal(id, (await Pull(queue).NextAsync()).Id);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task The_trace_of_the_submission_goes_with_the_job()
    {
        var (queue, store) = await StartAsync();
        using var activity = new Activity("submit").SetIdFormat(ActivityIdFormat.W3C);
        activity.TraceStateString = "vendor=1";
        activity.Start();
        await store.SubmitAsync(new Work("traced"));
        activity.Stop();
        await store.SubmitAsync(new Work("not traced"));

        var puller = Pull(queue);
        var traced = await puller.NextAsync();
        await queue.CompleteAsync(traced, default);
        var untraced = await puller.NextAsync();

        Assert.Equal((activity.Id, "vendor=1"), (traced.TraceParent, traced.TraceState));
        Assert.Null(untraced.TraceParent);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_name_that_is_taken_is_not_taken_twice()
    {
        if (!RemembersNames)
            return;
        var (queue, store) = await StartAsync();
        Assert.Equal("invoice 7", await store.SubmitAsync(new Work("a"), "invoice 7"));
        await store.SubmitAsync(new Work("b"), "invoice 7");
        await ExpectAsync(store, waiting: 1);

        var job = await Pull(queue).NextAsync();
        await store.SubmitAsync(new Work("c"), "invoice 7");
        await queue.FailAsync(job, new JobRejectedException(), default);
        await store.SubmitAsync(new Work("d"), "invoice 7");

        await ExpectAsync(store, waiting: 0, dead: 1);
        Assert.Equal("a", job.Payload.Text);
    }

    [ContractFact(Timeout = 120_000)]
    public async Task A_completed_jobs_name_is_free_again()
    {
        var (queue, store) = await StartAsync();
        var puller = Pull(queue);
        for (var i = 0; i < 3; i++)
        {
            await store.SubmitAsync(new Work("again", i), "daily");
            var job = await puller.NextAsync();
            Assert.Equal(i, job.Payload.Number);
            await queue.CompleteAsync(job, default);
        }
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

    private static async Task AssertLostAsync(IJobQueue<Work> queue, Job<Work> job)
    {
        await Assert.ThrowsAsync<JobLeaseLostException>(() => queue.CompleteAsync(job, default).AsTask());
        await Assert.ThrowsAsync<JobLeaseLostException>(() => queue.FailAsync(job, new IOException(), default).AsTask());
        await Assert.ThrowsAsync<JobLeaseLostException>(() => queue.ReleaseAsync(job, default).AsTask());
        await Assert.ThrowsAsync<JobLeaseLostException>(() => queue.ExtendAsync(job, TimeSpan.FromSeconds(1), default).AsTask());
    }
}
