namespace Penstock.Hosting.Tests.Queues;

public sealed class SqliteJobQueueTests : EmbeddedJobQueueContract
{
    private readonly QueueFolder folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete();
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
