namespace Penstock.Hosting;

/// <summary>How a <see cref="SqliteJobQueue{T}"/> behaves.</summary>
public sealed record SqliteJobQueueOptions : JobQueueOptions
{
    /// <summary>Which of the queues in the file: any text that is not empty, default "jobs". Queues in one file know nothing of each other's jobs.</summary>
    public string Queue { get; init; } = "jobs";

    private protected override void Check()
    {
        base.Check();
        Require(!string.IsNullOrEmpty(Queue), Queue, "not be empty");
    }
}
