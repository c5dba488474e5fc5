namespace Penstock.Waiting;

/// <summary>Timers that ring once.</summary>
internal static class Clock
{
    // No timer holds more; nobody waits for it either.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Rings once after a time; never if the time is longer than a timer can hold (49 days).</summary>
    public static ITimer? RingAfter(this TimeProvider time, TimeSpan delay, Action ring) =>
        delay > Longest ? null : time.CreateTimer(static ring => ((Action)ring!)(), ring, delay, Timeout.InfiniteTimeSpan);
}
