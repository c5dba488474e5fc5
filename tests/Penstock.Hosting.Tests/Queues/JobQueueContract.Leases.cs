namespace Penstock.Hosting.Tests.Queues;

/// <content>How long a job is its worker's, where that has an end.</content>
public abstract partial class JobQueueContract
{
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
}
