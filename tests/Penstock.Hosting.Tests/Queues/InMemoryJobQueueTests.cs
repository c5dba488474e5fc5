namespace Penstock.Hosting.Tests.Queues;

public sealed class InMemoryJobQueueTests : EmbeddedJobQueueContract
{
    private EmbeddedJobQueue<Work>? queue;

    protected override EmbeddedJobQueue<Work> Open(QueueSettings settings) => queue ??= new InMemoryJobQueue<Work>(new()
    {
        MaxAttempts = settings.MaxAttempts,
        Backoff = settings.Backoff,
        Lease = settings.Lease,
        TimeProvider = Clock,
    });
}
