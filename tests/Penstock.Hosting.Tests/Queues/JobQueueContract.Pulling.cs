namespace Penstock.Hosting.Tests.Queues;

/// <content>Who gets which job, and when.</content>
public abstract partial class JobQueueContract
{
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
}
