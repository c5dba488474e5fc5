namespace Penstock.Bench.Measuring;

/// <summary>What a line is to show. Only reported: on a busy machine one miss is no proof.</summary>
internal sealed record Claim(string Text, Func<Line, bool> HoldsFor)
{
    public static Claim AheadOfEveryPeer { get; } = new("ahead of every peer", line => line.Verdict == Verdict.Ahead);
}
