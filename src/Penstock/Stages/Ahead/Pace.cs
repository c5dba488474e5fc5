namespace Penstock.Stages.Ahead;

/// <summary>
/// Decides whether what is before a place and what is behind it run one after the other on one thread, or at the same time on
/// two. Two pay when an item costs more than a wake-up (some 25 µs) on both sides: only the smaller of the costs can be hidden.
/// </summary>
/// <param name="frequency">Ticks of the clock per second.</param>
internal class Pace(long frequency)
{
    /// <summary>While items are cheap, one of so many is measured.</summary>
    public const int SamplePeriod = 64;

    // While ahead, the mean of so many items is judged.
    private const int Window = 32;

    // Apart from each other, so that a cost between them changes nothing.
    private readonly long costlyFrom = frequency / 50_000; // 20 µs
    private readonly long cheapBelow = frequency / 125_000; // 8 µs
    private readonly long overwhelmingFrom = frequency / 200; // 5 ms: not to be waited for a second time

    private int costlySamples;
    private int consumedInWindow;
    private long consuming;

    /// <summary>Whether to run ahead from now on, after one item.</summary>
    /// <param name="producing">Ticks that its production took.</param>
    /// <param name="consuming">Ticks that its consumer took until it asked again.</param>
    /// <param name="isCostly">Whether the next item is to be measured, too.</param>
    public virtual bool IsTimeToRunAhead(long producing, long consuming, out bool isCostly)
    {
        var cost = Math.Min(producing, consuming);
        isCostly = cost >= costlyFrom;
        costlySamples = isCostly ? costlySamples + 1 : 0;
        if (costlySamples < 2 && cost < overwhelmingFrom)
            return false;
        (costlySamples, consumedInWindow, this.consuming) = (0, 0, 0);
        return true;
    }

    /// <summary>Whether running ahead has stopped paying, while it goes on.</summary>
    /// <param name="producing">Ticks that the last items took each to be produced.</param>
    /// <param name="consuming">Ticks that the consumer took for its last item.</param>
    public virtual bool IsTimeToRest(long producing, long consuming)
    {
        this.consuming += consuming;
        if (++consumedInWindow < Window)
            return false;
        var mean = this.consuming / Window;
        (consumedInWindow, this.consuming) = (0, 0);
        return Math.Min(mean, producing) < cheapBelow;
    }
}
