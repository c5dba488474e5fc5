namespace Penstock.Stages;

/// <summary>An enumerator inside a worker, which its worker can make ask whether the next item may still come.</summary>
internal interface IPassage : IDisposable
{
    /// <summary>Called by any thread, one at a time, once the worker has been told something.</summary>
    void Guard();

    /// <summary>
    /// Asked when the worker's generator is over, which itself has thrown nothing: why items are missing all the same. Somebody behind the
    /// passage has caught an exception that came from before it.
    /// </summary>
    Exception? Swallowed { get; }

    /// <summary>Whether something before it has thrown, ahead of its consumer, who has ended without coming to that. Then all passages before it look as if somebody had caught it.</summary>
    bool HidesFailure { get; }

    /// <summary>What a finally block before the passage has thrown. Disposing does not, or it would take the place of what its consumer is leaving with.</summary>
    Exception? FailedDispose { get; }
}
