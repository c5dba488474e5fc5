namespace Penstock.Hosting.Tests.Queues;

public sealed class SqliteJobQueueTests : EmbeddedJobQueueContract
{
    private readonly QueueFolder folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete();
    }

    [Fact(Timeout = 120_000)]
    public async Task Who_only_submits_or_counts_puts_no_worker_s_job_aside()
    {
        var settings = new QueueSettings { MaxAttempts = 2, Lease = TimeSpan.FromSeconds(20) };
        var worker = await OpenEmbeddedAsync(settings);
        var frontEnd = await OpenEmbeddedAsync(settings with { MaxAttempts = 1 });
        await frontEnd.SubmitAsync(new Work("slow"), "slow");
        await Pull(worker).NextAsync();
        await ExpectAsync(frontEnd, waiting: 0, inProgress: 1);

        await PassAsync(settings.Lease);

        await frontEnd.SubmitAsync(new Work("next"));
        await ExpectAsync(frontEnd, waiting: 2);
        Assert.Empty(await frontEnd.DeadJobsAsync().ToListAsync());
        var again = await Pull(worker).NextAsync();
        Assert.Equal(("slow", 2), (again.Id, again.Attempt));
        await PassAsync(settings.Lease);
        await ExpectAsync(worker, waiting: 1, dead: 1);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_lease_that_ended_is_lost_also_where_nobody_has_pulled()
    {
        var settings = new QueueSettings { Lease = TimeSpan.FromSeconds(20) };
        var worker = await OpenEmbeddedAsync(settings);
        await worker.SubmitAsync(new Work("slow"));
        var slow = await Pull(worker).NextAsync();

        await PassAsync(settings.Lease);

        await AssertLostAsync(await OpenEmbeddedAsync(settings), slow);
    }

    /// <summary>Each worker has a connection of its own, as in another process.</summary>
    protected override EmbeddedJobQueue<Work> Open(QueueSettings settings) => new SqliteJobQueue<Work>(folder.File, new()
    {
        MaxAttempts = settings.MaxAttempts,
        Backoff = settings.Backoff,
        Lease = settings.Lease,
        TimeProvider = Clock,
    });
}
