namespace Penstock.Bench.Peers;

/// <summary>Generate → add one → consume.</summary>
/// <param name="Workers">How many workers add one.</param>
/// <param name="InFlight">Room in each of the two links.</param>
internal sealed record Topology(int Workers, int InFlight)
{
    /// <summary>How long the source waits before each item.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Adding one takes from 0.5 to 20 µs, see <see cref="Steps"/>.</summary>
    public bool Uneven { get; init; }

    public override string ToString() => $"{Workers} middle worker{(Workers == 1 ? "" : "s")}, {InFlight} in flight";
}
