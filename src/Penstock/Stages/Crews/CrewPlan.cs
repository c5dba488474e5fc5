namespace Penstock.Stages.Crews;

/// <summary>How a stage with several workers and no threads of its own is to be run.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Workers">Its workers.</param>
/// <param name="RoomBefore">How many items may exist at once in front of it: being produced, waiting, in its workers' hands. At least one for each worker.</param>
/// <param name="RoomBehind">How many may exist behind it: being made by its workers, waiting, in the consumer's hand. At least one for each worker.</param>
/// <param name="Ordered">Whether the order of the items is kept.</param>
/// <param name="IsAwaited">Whether the consumer is a task, not a thread.</param>
internal sealed record CrewPlan(string Stage, int Workers, int RoomBefore, int RoomBehind, bool Ordered, bool IsAwaited);
