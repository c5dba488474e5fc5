using System.Collections.Concurrent;

namespace Penstock.Hosting.Tests.Workers;

/// <summary>A clock on which every pause is over at once, and written down; and that can be set forward.</summary>
internal sealed class HastyTime : TimeProvider
{
    private long ahead;

    public ConcurrentQueue<TimeSpan> Pauses { get; } = [];

    public void Advance(TimeSpan time) => Interlocked.Add(ref ahead, (long)(time.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref ahead);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Pauses.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
