namespace Penstock.Fleet.Tests.Fleets;

/// <summary>How long a test waits for one thing. Shorter than its time limit, so that it still takes its processes along.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
}
