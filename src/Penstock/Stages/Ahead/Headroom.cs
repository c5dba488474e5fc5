namespace Penstock.Stages.Ahead;

/// <summary>How far a stage may run ahead of its consumer.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="MaxInFlight">How many items may exist at once behind it.</param>
internal readonly record struct Headroom(string Stage, int MaxInFlight);
