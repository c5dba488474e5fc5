namespace Penstock.Bench.Measuring;

/// <summary>A figure that somebody else has published, not measured here.</summary>
/// <param name="Peer">As in the tables.</param>
/// <param name="Figure">In the unit of the contest; where a range is published, its better end.</param>
/// <param name="Source">Where it stands.</param>
internal sealed record Published(string Peer, double Figure, string Source);
