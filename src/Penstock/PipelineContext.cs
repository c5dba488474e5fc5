using Microsoft.Extensions.Logging;
using Penstock.Buffers;
using Penstock.Links;
using Penstock.Workers;

namespace Penstock;

/// <summary>Where the calling code runs: for stages that ask. Stages that run fused as one share one context; each of several workers has its own.</summary>
public sealed class PipelineContext
{
    private static readonly AsyncLocal<PipelineContext?> Ambient = new();

    private readonly Worker worker;

    internal PipelineContext(Worker worker)
        : this(worker, worker.Index)
    {
    }

    /// <param name="worker">The worker.</param>
    /// <param name="number">Which one the calling code takes it for: several may share a thread's worker.</param>
    internal PipelineContext(Worker worker, int number)
    {
        this.worker = worker;
        Worker = number;
    }

    /// <summary>The context of the worker that runs the calling code; null outside a pipeline.</summary>
    public static PipelineContext? Current
    {
        get => Ambient.Value;
        internal set => Ambient.Value = value;
    }

    /// <summary>The stage's name.</summary>
    public string Stage => worker.Stage.Name;

    /// <summary>The worker's number within its stage, counted from 0.</summary>
    public int Worker { get; }

    /// <summary>Which try of the item in hand this is: 1, or more while a stage with <see cref="FaultPolicy.Retry"/> tries again.</summary>
    public int Attempt => worker.Attempt;

    /// <summary>
    /// Where to log, in the category <c>Penstock.</c><i>stage</i>: the run's <see cref="RunOptions.LoggerFactory"/>, also from a stage in a
    /// process, where the stage goes on when the line has been logged in the process that started the run.
    /// </summary>
    public ILogger Logger => worker.Logger;

    /// <summary>Signalled when this worker should leave: the run failed or was aborted, nobody needs its items any more, or it is an asynchronous source that is drained.</summary>
    public CancellationToken Stopping => worker.Stopping;

    /// <summary>The ticket of the item in hand, where items are tracked.</summary>
    internal ITicket? Ticket => worker.Lineage?.Ticket;

    /// <summary>Whether it is the context of this worker.</summary>
    internal bool Is(object other) => worker == other;

    /// <summary>Lends memory for a buffer that is about to be yielded; null where there is none to lend.</summary>
    internal unsafe byte* Lend(IBuffer buffer, int bytes) => worker.Lend(buffer, bytes);
}
