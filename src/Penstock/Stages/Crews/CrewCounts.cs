namespace Penstock.Stages.Crews;

/// <summary>
/// What every step of a crew changes, behind the word of the crew's gate, so that a thread fetches one cache line from another processor
/// for all of it.
/// </summary>
/// <remarks>Guarded by the gate, but that anybody may look at <see cref="Changes"/>.</remarks>
internal struct CrewCounts()
{
    /// <summary>The gate's.</summary>
    public int Gate;

    /// <summary>Helpers that are about to see whether there is something to do.</summary>
    public int Looking;

    /// <summary>What has happened under the gate.</summary>
    public long Changes;

    /// <summary>How often a worker was resumed.</summary>
    public long Begun;

    /// <summary>Items that the producer has made.</summary>
    public long Pulled;

    /// <summary>Items that workers hold.</summary>
    public int InHand;

    /// <summary>Outputs that nobody has taken yet.</summary>
    public int Waiting;

    /// <summary>Workers that are being resumed.</summary>
    public int AtWork;

    /// <summary>The worker whose output the consumer has in hand.</summary>
    public int Consumed = Crew.Nobody;

    public bool IsConsumerAsleep;

    /// <summary>Whether somebody is in the source, or it is kept for the consumer.</summary>
    public bool IsPulling;

    /// <summary>Whether that is the consumer, who has not come to it yet.</summary>
    public bool IsConsumersPull;
}
