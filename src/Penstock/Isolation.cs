namespace Penstock;

/// <summary>How far a stage's workers are kept apart from the rest; each level costs more and guarantees more.</summary>
public enum Isolation
{
    /// <summary>Never two threads at once in one worker, but the worker may move to another thread between two items, as <c>await</c> does.</summary>
    None,

    /// <summary>Each worker has a thread of its own for its whole life. The default.</summary>
    Thread,

    /// <summary>
    /// Each worker has a process of its own: it may crash, be killed, and be limited without harm to this one. Its function must capture nothing, and
    /// its argument and items must be able to cross; what cannot is refused when the run starts. Sinks, and sources given as objects, cannot be isolated.
    /// </summary>
    Process,
}
