using Microsoft.Extensions.Logging;
using Penstock.SharedMemory;
using Penstock.Stages.Ahead;
using Penstock.Stages.Crews;

namespace Penstock;

/// <summary>How one run of a pipeline behaves. Every option has a working default; values are checked when the run starts.</summary>
public sealed record RunOptions
{
    /// <summary>The run's name in logs and metrics. Default: the pipeline's stages.</summary>
    public string? Name { get; init; }

    /// <summary>In parallel, or as plain composition on the caller's thread. Default: <see cref="Execution.Parallel"/>.</summary>
    public Execution Execution { get; init; } = Execution.Parallel;

    /// <summary>
    /// Overrides the isolation of every synchronous stage and of every source given as a function; sources given as objects,
    /// and sinks, stay with the caller. Under <see cref="Execution.Sequential"/> it has no effect. Default: each stage's own.
    /// </summary>
    public Isolation? Isolation { get; init; }

    /// <summary>
    /// Fails the run with a <see cref="TimeoutException"/> that names what each worker was doing when a stage holds an item, or is still
    /// starting while one waits, and nothing moved anywhere for so long: above 0; default: no limit. Waiting for a slow source, the pause
    /// before a retry, the caller's own loop body, and the start of a stage that has a <see cref="StageOptions.StartupTimeout"/> do not count:
    /// a stage that may take longer than this to load a model needs one.
    /// </summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>
    /// How long workers may take to leave when a run ends: 0 or more, default 15 s. Processes that are still there then are killed;
    /// threads that are still in user code are named, and left behind.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Called for every item that a stage with <see cref="FaultPolicy.Skip"/> or <see cref="FaultPolicy.Retry"/> gave up, one call at a time.
    /// If it throws, the run fails. Default: dead letters are logged as warnings.
    /// </summary>
    public Action<DeadLetter>? DeadLetter { get; init; }

    /// <summary>Called with the run before its first item is asked for. If it throws, the run fails. Default: none.</summary>
    public Action<PipelineRun>? OnStarted { get; init; }

    /// <summary>Where the run logs to. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>
    /// Whether each line that a worker process prints is preceded by the worker, as in <c>[RunModel #2] </c>. Default: lines are passed on as they are.
    /// </summary>
    public bool LabelOutput { get; init; }

    /// <summary>The clock of time-outs, pauses, delays and statistics. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// How items cross between processes: an instance of a public class with a public constructor without parameters, of which each worker process makes its
    /// own. Whether items come back whole is then up to it, and not checked. Default: the built-in way. Thread workers ignore it.
    /// </summary>
    public IItemSerializer? Serializer { get; init; }

    /// <summary>For tests: all links as between processes, although all workers are in this one.</summary>
    internal bool SharesLinks { get; init; }

    /// <summary>For tests: this run uses the portable version of all that has one, as where the native one is missing.</summary>
    internal bool IsPortable { get; init; } = !Platform.IsLinux;

    /// <summary>For tests: decides when a stage runs ahead, instead of what its items cost.</summary>
    internal Func<Pace>? CreatePace { get; init; }

    /// <summary>For tests: decides how many threads help with a stage's workers, of which the number is given, instead of what their steps cost.</summary>
    internal Func<int, Staffing>? CreateStaffing { get; init; }

    /// <summary>
    /// How long a fault may take to arrive at the sink behind the items that precede it. For that long the outcome is exactly
    /// that of plain composition; then the run is failed where it stands, since everything else should stop promptly. Tests on a busy machine give it more.
    /// </summary>
    internal TimeSpan FailureGrace { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long sources may take to end in a drain, until that fails the run; null for <see cref="StopTimeout"/>. Who has a limit for the whole drain needs none for them.
    /// </summary>
    internal TimeSpan? SourceTimeout { get; init; }

    /// <summary>For tests: another room for files of shared memory.</summary>
    internal FileSpace FileSpace { get; init; } = FileSpace.OfSystem;

    // The system may refuse a thread; tests do so through this.
    internal Action<Thread, object> StartThread { get; init; } = static (thread, state) => thread.Start(state);
}
