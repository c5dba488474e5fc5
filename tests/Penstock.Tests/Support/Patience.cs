namespace Penstock.Tests.Support;

/// <summary>For tests of what comes first: a machine that stalls must not make a run give up waiting for it.</summary>
internal static class Patience
{
    /// <summary>A fault may take its time to arrive behind the items that precede it.</summary>
    public static RunOptions NoHurry { get; } = new() { FailureGrace = TimeSpan.FromMinutes(1) };
}
