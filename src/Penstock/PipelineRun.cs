using Penstock.Runs;
using Penstock.Telemetry;

namespace Penstock;

/// <summary>One execution of a pipeline, while it goes on and after.</summary>
public class PipelineRun : IAsyncDisposable
{
    private readonly Run run;
    private readonly Lazy<Task> completion;

    internal PipelineRun(Run run)
    {
        this.run = run;
        completion = new Lazy<Task>(CompleteAsync);
    }

    /// <summary>The runs of this process that have not ended.</summary>
    public static IReadOnlyCollection<PipelineRun> Active => Run.Active;

    /// <summary>The run's name.</summary>
    public string Name => run.Name;

    /// <summary>
    /// Completes when the run has ended and everything is cleaned up. Fails with the exception that user code threw, or with
    /// <see cref="TimeoutException"/>, <see cref="WorkerCrashedException"/> or <see cref="WorkerStuckException"/>; is cancelled if the run was aborted.
    /// </summary>
    public Task Completion => completion.Value;

    internal Run Run => run;

    /// <summary>
    /// Stops pulling from the source and finishes what is in flight. A source still inside its current item after
    /// <see cref="RunOptions.StopTimeout"/> fails the run.
    /// </summary>
    /// <param name="ct">Turns the drain into an abort.</param>
    /// <returns>A task that ends as <see cref="Completion"/> does.</returns>
    public async Task DrainAsync(CancellationToken ct = default)
    {
        run.Drain();
        using (ct.UnsafeRegister(static (run, token) => ((Run)run!).Abort(token), run))
            await Completion.ConfigureAwait(false);
    }

    /// <summary>Stops everything: workers that wait leave at once, others when they next ask for an item or yield one; undelivered items are disposed.</summary>
    public void Abort() => run.Abort();

    /// <summary>What every stage and worker is doing, and which stage is the limit. Cheap: reads counters that exist anyway.</summary>
    public PipelineSnapshot Snapshot() => run.FinalSnapshot ?? Snapshots.Of(run);

    /// <summary>Aborts the run if it goes on, and waits until it has ended. Does not throw what the run failed with.</summary>
    public async ValueTask DisposeAsync()
    {
        run.Abort();
        await run.Ended.ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Blocks until the run has ended; needs no thread of the pool to go on.</summary>
    internal void Wait()
    {
        run.Ended.GetAwaiter().GetResult();
        run.ThrowIfNotSuccessful();
    }

    private protected virtual async Task CompleteAsync()
    {
        await run.Ended.ConfigureAwait(false);
        run.ThrowIfNotSuccessful();
    }
}

/// <summary>A run with a result.</summary>
/// <typeparam name="TResult">What the sink returns.</typeparam>
public sealed class PipelineRun<TResult> : PipelineRun
{
    private readonly Func<TResult> result;

    internal PipelineRun(Run run, Func<TResult> result)
        : base(run) => this.result = result;

    /// <inheritdoc cref="PipelineRun.Completion"/>
    public new Task<TResult> Completion => (Task<TResult>)base.Completion;

    internal TResult WaitForResult()
    {
        Wait();
        return result();
    }

    private protected override Task CompleteAsync() => CompleteWithResultAsync();

    private async Task<TResult> CompleteWithResultAsync()
    {
        await Run.Ended.ConfigureAwait(false);
        Run.ThrowIfNotSuccessful();
        return result();
    }
}
