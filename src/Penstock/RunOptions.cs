using Microsoft.Extensions.Logging;

namespace Penstock;

/// <summary>How one run of a pipeline behaves. Every option has a working default; values are checked when the run starts.</summary>
public sealed partial record RunOptions
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
}
