using System.Runtime.CompilerServices;
using Penstock.Runs;
using Penstock.Stages;

namespace Penstock;

/// <summary>A complete pipeline, from source to sink. Immutable; can be run many times, also at once.</summary>
public sealed class RunnablePipeline
{
    private readonly Stage<Nothing> sink;

    internal RunnablePipeline(Stage<Nothing> sink) => this.sink = sink;

    /// <summary>The stages, source and sink included, in the order of the items.</summary>
    internal IEnumerable<Stage> Path => sink.Path();

    /// <summary>Runs the pipeline to its end.</summary>
    /// <param name="options">How to run it; default: working defaults.</param>
    /// <param name="ct">Aborts the run.</param>
    /// <returns>A task that ends as <see cref="PipelineRun.Completion"/> does.</returns>
    /// <exception cref="PipelineDefinitionException">The pipeline or the options cannot run.</exception>
    [OverloadResolutionPriority(1)]
    public Task RunAsync(RunOptions? options = null, CancellationToken ct = default) => Start(options, ct).Completion;

    /// <inheritdoc cref="RunAsync(RunOptions?, CancellationToken)"/>
    public Task RunAsync(CancellationToken ct) => RunAsync(options: null, ct);

    /// <summary>Runs the pipeline to its end; blocks the calling thread until then.</summary>
    /// <inheritdoc cref="RunAsync(RunOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public void Run(RunOptions? options = null, CancellationToken ct = default) => Start(options, ct).Wait();

    /// <inheritdoc cref="Run(RunOptions?, CancellationToken)"/>
    public void Run(CancellationToken ct) => Run(options: null, ct);

    /// <summary>Starts a run, to watch it, drain it or abort it. A sequential run has ended when this returns, unless it is asynchronous.</summary>
    /// <inheritdoc cref="RunAsync(RunOptions?, CancellationToken)"/>
    /// <returns>The run.</returns>
    public PipelineRun Start(RunOptions? options = null, CancellationToken ct = default) =>
        Starter.Start(sink, options, static (run, _) => new PipelineRun(run), ct);

    /// <summary>The pipeline as a Mermaid flowchart.</summary>
    public string ToMermaid() => Picture.Mermaid(sink);

    /// <summary>A one-line picture of the pipeline.</summary>
    public override string ToString() => Picture.Line(sink);
}

/// <summary>A complete pipeline whose sink returns a result. Immutable; can be run many times, also at once.</summary>
/// <typeparam name="TResult">What the sink returns.</typeparam>
public sealed class RunnablePipeline<TResult>
{
    private readonly Stage<TResult> sink;

    internal RunnablePipeline(Stage<TResult> sink) => this.sink = sink;

    /// <inheritdoc cref="RunnablePipeline.RunAsync(RunOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public Task<TResult> RunAsync(RunOptions? options = null, CancellationToken ct = default) => Start(options, ct).Completion;

    /// <inheritdoc cref="RunnablePipeline.RunAsync(RunOptions?, CancellationToken)"/>
    public Task<TResult> RunAsync(CancellationToken ct) => RunAsync(options: null, ct);

    /// <inheritdoc cref="RunnablePipeline.Run(RunOptions?, CancellationToken)"/>
    /// <returns>The sink's result.</returns>
    [OverloadResolutionPriority(1)]
    public TResult Run(RunOptions? options = null, CancellationToken ct = default) => Start(options, ct).WaitForResult();

    /// <inheritdoc cref="Run(RunOptions?, CancellationToken)"/>
    public TResult Run(CancellationToken ct) => Run(options: null, ct);

    /// <inheritdoc cref="RunnablePipeline.Start"/>
    public PipelineRun<TResult> Start(RunOptions? options = null, CancellationToken ct = default) =>
        Starter.Start(sink, options, static (run, last) => new PipelineRun<TResult>(run, () => last.Current), ct);

    /// <inheritdoc cref="RunnablePipeline.ToMermaid"/>
    public string ToMermaid() => Picture.Mermaid(sink);

    /// <summary>A one-line picture of the pipeline.</summary>
    public override string ToString() => Picture.Line(sink);
}
