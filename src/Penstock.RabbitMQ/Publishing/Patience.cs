namespace Penstock.RabbitMQ.Publishing;

/// <summary>How much is left of the time that something may take.</summary>
internal readonly struct Patience(TimeSpan total, TimeProvider time)
{
    private readonly long started = time.GetTimestamp();

    public TimeSpan Left
    {
        get
        {
            if (total == Timeout.InfiniteTimeSpan)
                return total;
            var left = total - time.GetElapsedTime(started);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public bool Allows(TimeSpan pause) => total == Timeout.InfiniteTimeSpan || pause < Left;
}
