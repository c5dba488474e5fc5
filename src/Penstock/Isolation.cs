namespace Penstock;

/// <summary>How far a stage's workers are kept apart from the rest; each level costs more and guarantees more.</summary>
public enum Isolation
{
    /// <summary>
    /// No thread of its own. The stage runs on its consumer's thread, as in plain composition, while items cost little; where they cost more than waking a
    /// thread, other threads resume it ahead of its consumer, up to <see cref="StageOptions.MaxInFlight"/> items. Never two threads at once in one worker, but it
    /// may move to another between two items, as with <c>await</c>; what it puts into AsyncLocals stays behind. A step must not wait for what a later one does.
    /// <para>
    /// What does not fit in has a thread for each worker: a stage with a fault policy, a time-out or a limit in bytes behind it, one that yields buffers, one with several workers
    /// behind a stage that has threads; and all in runs with an <see cref="RunOptions.IdleTimeout"/>. By another clock than the system's nothing runs ahead
    /// (<see cref="RunOptions.TimeProvider"/>). Stage and consumer are one row in snapshots.
    /// </para>
    /// </summary>
    None,

    /// <summary>Each worker has a thread of its own for its whole life. The default.</summary>
    Thread,

    /// <summary>
    /// Each worker has a process of its own: it may crash, be killed, and be limited without harm to this one. Its function must capture nothing, and
    /// its argument and items must be able to cross; what cannot is refused when the run starts. Sinks, and sources given as objects, cannot be isolated.
    /// </summary>
    Process,
}
