namespace Penstock.Hosting.Tests.Queues;

/// <summary>What a test of the contract needs of a queue.</summary>
public sealed record QueueSettings
{
    public int MaxAttempts { get; init; } = 5;

    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);
}
