namespace Penstock;

/// <summary>How a run executes its pipeline.</summary>
public enum Execution
{
    /// <summary>The stages run at the same time, each in its own workers. The default.</summary>
    Parallel,

    /// <summary>
    /// Plain composition on the caller's thread, one worker a stage, fault policies included: for debugging and tests.
    /// Asynchronous stages are waited for; time-outs do not apply, since nobody else is there to watch.
    /// </summary>
    Sequential,
}
