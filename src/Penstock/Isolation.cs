namespace Penstock;

/// <summary>How far a stage's workers are kept apart from the rest; each level costs more and guarantees more.</summary>
public enum Isolation
{
    /// <summary>
    /// No thread of its own. The stage runs on its consumer's thread, as in plain composition, while items cost little; while they cost more than
    /// waking a thread, a second thread resumes the stage ahead of its consumer, up to <see cref="StageOptions.MaxInFlight"/> items. Never two threads at once in
    /// one worker, but it may move to another between two items, as with <c>await</c>; what it puts into AsyncLocals stays behind. Stage and consumer are one row in snapshots. For stages
    /// with one worker, the policy Stop, no time-outs (nor <see cref="RunOptions.IdleTimeout"/>) or limit in bytes and no buffers as outputs, in front of another such one with or without
    /// a thread; any other has a thread each. Nothing runs ahead by another clock than the system's (<see cref="RunOptions.TimeProvider"/>).
    /// <para>
    /// So may a stage be that has several workers, by the system's clock, if everything before it is without threads, too, and there is room before it for an item of each.
    /// Its consumer then resumes them while it would wait for a result, with as many helping threads as pay for what items cost; no more workers begin than
    /// there are threads at work, until the input is over. So a step of such a pipeline must not wait for what a later one does: where items take less than 25 µs, its
    /// consumer may be the one that waits. A consumer that is an asynchronous stage or sink has no thread to do so: the helping threads run it as well, from one await to the next, as
    /// those of the thread pool do elsewhere.
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
