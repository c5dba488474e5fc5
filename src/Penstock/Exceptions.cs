namespace Penstock;

/// <summary>A pipeline that cannot run as described, found before anything starts: the message names the stage and the cure.</summary>
/// <param name="message">What is wrong, where, and what to do about it.</param>
public sealed class PipelineDefinitionException(string message) : Exception(message);

/// <summary>
/// Thrown inside stages by their input when the worker is stopped; let it pass. Callers of a run never see it.
/// </summary>
/// <param name="message">Why the worker is stopped.</param>
public sealed class PipelineStoppedException(string message) : OperationCanceledException(message);

/// <summary>A worker stayed in user code longer than a time-out allows. A thread cannot be killed: it is left behind. A process was killed.</summary>
/// <param name="message">Which workers, and what they were doing.</param>
public sealed class WorkerStuckException(string message) : TimeoutException(message);

/// <summary>A worker process died: by a signal, or by exiting in the middle of its work. Processes that a time-out kills make a <see cref="WorkerStuckException"/> instead.</summary>
/// <param name="message">Which worker died, of what, and its last lines of standard error.</param>
public sealed class WorkerCrashedException(string message) : Exception(message)
{
    /// <summary>The stage's name.</summary>
    public string Stage { get; init; } = "";

    /// <summary>The worker's number within its stage, counted from 0.</summary>
    public int Worker { get; init; }

    /// <summary>The exit code, if the process exited by itself; else null.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal's name, such as <c>SIGSEGV</c>, if one ended the process; else null.</summary>
    public string? Signal { get; init; }

    /// <summary>The number of the item it held, counted from 0 in the stage's input, if it held one; else null.</summary>
    public long? Number { get; init; }

    /// <summary>
    /// The last lines it wrote to standard error: 20 at most. Where the runtime has reported the crash at greater length, the 10 lines before its report, the
    /// first 10 of the report, and a line with <c>…</c> for what is left out precede them.
    /// </summary>
    public string StandardError { get; init; } = "";
}

/// <summary>Stands for an exception of a worker process whose type this process cannot load.</summary>
/// <param name="message">The original message.</param>
public sealed class RemoteException(string message) : Exception(message)
{
    /// <summary>The full name of the original exception's type.</summary>
    public string TypeName { get; init; } = "";
}
