namespace Penstock.RabbitMQ.Connections;

/// <summary>What the broker or its client cannot exceed.</summary>
internal static class BrokerLimits
{
    /// <summary>The client ends the connection on a larger message, which would come again on the next one.</summary>
    public const int MaxMessageBytes = 128 << 20;

    public const int MaxAttempts = 1000;

    /// <summary>Quorum queues with a message TTL and safe dead-lettering, on which the retries rest, came with it.</summary>
    public static readonly Version OldestVersion = new(3, 10);

    /// <summary>The first version in which a queue can have a consumer timeout of its own.</summary>
    public static readonly Version ConsumerTimeoutPerQueue = new(3, 12);
}
