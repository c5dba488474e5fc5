using System.Runtime.CompilerServices;
using Penstock.Stages;

namespace Penstock;

public sealed partial class Pipeline<T>
{
    /// <summary>Ends the pipeline with a sink that consumes the items. A sink that returns early ends the run well.</summary>
    /// <param name="sink">The function; with several workers each calls it once.</param>
    /// <param name="options">How the sink runs; it has no link behind it and no fault policy.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range or does not fit a sink.</exception>
    [OverloadResolutionPriority(1)]
    public RunnablePipeline To(Action<IEnumerable<T>> sink, StageOptions? options = null) =>
        End(sink, (items, _) => sink(items), options);

    /// <inheritdoc cref="To(Action{IEnumerable{T}}, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public RunnablePipeline To(Action<IEnumerable<T>, CancellationToken> sink, StageOptions? options = null) =>
        End(sink, (items, token) => sink(items, token), options);

    /// <inheritdoc cref="To(Action{IEnumerable{T}}, StageOptions?)"/>
    /// <typeparam name="TArg">The argument's type.</typeparam>
    /// <param name="sink">The function; with several workers each calls it once.</param>
    /// <param name="argument">What the function is given, once a worker.</param>
    /// <param name="options">How the sink runs; it has no link behind it and no fault policy.</param>
    public RunnablePipeline To<TArg>(Action<IEnumerable<T>, TArg> sink, TArg argument, StageOptions? options = null) =>
        End(sink, (items, _) => sink(items, argument), options);

    /// <inheritdoc cref="To{TArg}(Action{IEnumerable{T}, TArg}, TArg, StageOptions?)"/>
    public RunnablePipeline To<TArg>(Action<IEnumerable<T>, TArg, CancellationToken> sink, TArg argument, StageOptions? options = null) =>
        End(sink, (items, token) => sink(items, argument, token), options);

    /// <summary>Ends the pipeline with a sink that consumes the items and returns a result.</summary>
    /// <typeparam name="TResult">What the run returns.</typeparam>
    /// <param name="sink">The function.</param>
    /// <param name="options">How the sink runs; one worker, no link behind it, no fault policy.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range or does not fit a sink, or the sink returns a task.</exception>
    [OverloadResolutionPriority(1)]
    public RunnablePipeline<TResult> To<TResult>(Func<IEnumerable<T>, TResult> sink, StageOptions? options = null) =>
        End(sink, (items, _) => sink(items), options);

    /// <inheritdoc cref="To{TResult}(Func{IEnumerable{T}, TResult}, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public RunnablePipeline<TResult> To<TResult>(Func<IEnumerable<T>, CancellationToken, TResult> sink, StageOptions? options = null) =>
        End(sink, (items, token) => sink(items, token), options);

    /// <inheritdoc cref="To{TResult}(Func{IEnumerable{T}, TResult}, StageOptions?)"/>
    /// <typeparam name="TArg">The argument's type.</typeparam>
    /// <typeparam name="TResult">What the run returns.</typeparam>
    /// <param name="sink">The function.</param>
    /// <param name="argument">What the function is given.</param>
    /// <param name="options">How the sink runs; one worker, no link behind it, no fault policy.</param>
    public RunnablePipeline<TResult> To<TArg, TResult>(Func<IEnumerable<T>, TArg, TResult> sink, TArg argument, StageOptions? options = null) =>
        End(sink, (items, _) => sink(items, argument), options);

    /// <inheritdoc cref="To{TArg, TResult}(Func{IEnumerable{T}, TArg, TResult}, TArg, StageOptions?)"/>
    public RunnablePipeline<TResult> To<TArg, TResult>(
        Func<IEnumerable<T>, TArg, CancellationToken, TResult> sink, TArg argument, StageOptions? options = null) =>
        End(sink, (items, token) => sink(items, argument, token), options);

    private RunnablePipeline End(Delegate function, Action<IEnumerable<T>, CancellationToken> sink, StageOptions? options)
    {
        return new(Sink(new Body<T, Nothing>(Required(function)) { Synchronous = Consume }, options, hasResult: false));

        IEnumerable<Nothing> Consume(IEnumerable<T> items, CancellationToken token)
        {
            sink(items, token);
            yield break;
        }
    }

    private RunnablePipeline<TResult> End<TResult>(Delegate function, Func<IEnumerable<T>, CancellationToken, TResult> sink, StageOptions? options)
    {
        Required(function);
        Refuse.TaskLike<TResult>(options?.Name ?? StageName.Of(function) ?? nameof(Sink));
        return new(Sink(new Body<T, TResult>(function) { Synchronous = Consume }, options, hasResult: true));

        // A sink's one output is its result.
        IEnumerable<TResult> Consume(IEnumerable<T> items, CancellationToken token)
        {
            yield return sink(items, token);
        }
    }

    private Stage<TOut> Sink<TOut>(Body<T, TOut> body, StageOptions? options, bool hasResult) =>
        new Stage<T, TOut>(StageKind.Sink, nameof(Sink), body, options, Last) { HasResult = hasResult }.Checked();
}
