using Penstock.Links;

namespace Penstock.Stages.Crews;

/// <summary>
/// What the threads of a crew look at in every worker to choose the next one. All workers' standings lie side by side, so that a thread which
/// looks at them fetches one or two cache lines from the other processors instead of several for each worker.
/// </summary>
/// <remarks>Guarded by the crew's gate.</remarks>
internal struct Standing()
{
    /// <summary>The number of the item in hand; or what <see cref="Turns"/> show for none.</summary>
    public long Number = Turns.Idle;

    /// <summary>The number of the item that the earliest of its outputs belongs to; <see cref="Turns.Left"/> if it has none.</summary>
    public long FirstOutput = Turns.Left;

    /// <summary>Outputs that nobody has taken yet.</summary>
    public int Outputs;

    /// <summary>Slots for outputs of the items that it has in advance.</summary>
    public byte Ahead;

    /// <summary>Whether a thread is inside it.</summary>
    public bool IsAtWork;

    /// <summary>Whether the consumer has an output of its in hand.</summary>
    public bool IsConsumed;

    public readonly bool HasItem => Number < Turns.Idle;

    public readonly bool HasLeft => Number == Turns.Left;

    /// <summary>Whether it may be resumed.</summary>
    public readonly bool IsFree => !IsAtWork && !HasLeft;

    /// <summary>Whether nobody resumes it, and it has no item either.</summary>
    public readonly bool IsIdle => IsFree && Number == Turns.Idle;

    /// <summary>The slots it uses: for outputs, and for those that it may be making.</summary>
    public readonly int Slots => Outputs + Ahead + (IsAtWork ? 1 : 0) + (IsConsumed ? 1 : 0);
}
