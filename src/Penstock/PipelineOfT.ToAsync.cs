using System.Runtime.CompilerServices;
using Penstock.Stages;

namespace Penstock;

/// <content>Asynchronous sinks. An async lambda binds to the ValueTask forms.</content>
public sealed partial class Pipeline<T>
{
    /// <summary>Ends the pipeline with an asynchronous sink. Its workers are tasks.</summary>
    /// <param name="sink">The function.</param>
    /// <param name="options">How the sink runs; no link behind it, no fault policy.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range or does not fit a sink.</exception>
    [OverloadResolutionPriority(2)]
    public RunnablePipeline To(Func<IAsyncEnumerable<T>, Task> sink, StageOptions? options = null) =>
        EndAsync(sink, (items, _) => new ValueTask(sink(items)), options);

    /// <inheritdoc cref="To(Func{IAsyncEnumerable{T}, Task}, StageOptions?)"/>
    [OverloadResolutionPriority(2)]
    public RunnablePipeline To(Func<IAsyncEnumerable<T>, CancellationToken, Task> sink, StageOptions? options = null) =>
        EndAsync(sink, (items, token) => new ValueTask(sink(items, token)), options);

    /// <summary>Ends the pipeline with an asynchronous sink. Its workers are tasks.</summary>
    /// <typeparam name="TArg">The argument's type.</typeparam>
    /// <param name="sink">The function.</param>
    /// <param name="argument">What the function is given, once a worker.</param>
    /// <param name="options">How the sink runs; no link behind it, no fault policy.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range or does not fit a sink.</exception>
    [OverloadResolutionPriority(2)]
    public RunnablePipeline To<TArg>(Func<IAsyncEnumerable<T>, TArg, Task> sink, TArg argument, StageOptions? options = null) =>
        EndAsync(sink, (items, _) => new ValueTask(sink(items, argument)), options);

    /// <inheritdoc cref="To{TArg}(Func{IAsyncEnumerable{T}, TArg, Task}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(2)]
    public RunnablePipeline To<TArg>(Func<IAsyncEnumerable<T>, TArg, CancellationToken, Task> sink, TArg argument, StageOptions? options = null) =>
        EndAsync(sink, (items, token) => new ValueTask(sink(items, argument, token)), options);

    /// <inheritdoc cref="To(Func{IAsyncEnumerable{T}, Task}, StageOptions?)"/>
    [OverloadResolutionPriority(3)]
    public RunnablePipeline To(Func<IAsyncEnumerable<T>, ValueTask> sink, StageOptions? options = null) =>
        EndAsync(sink, (items, _) => sink(items), options);

    /// <inheritdoc cref="To(Func{IAsyncEnumerable{T}, Task}, StageOptions?)"/>
    [OverloadResolutionPriority(3)]
    public RunnablePipeline To(Func<IAsyncEnumerable<T>, CancellationToken, ValueTask> sink, StageOptions? options = null) =>
        EndAsync(sink, (items, token) => sink(items, token), options);

    /// <inheritdoc cref="To{TArg}(Func{IAsyncEnumerable{T}, TArg, Task}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(3)]
    public RunnablePipeline To<TArg>(Func<IAsyncEnumerable<T>, TArg, ValueTask> sink, TArg argument, StageOptions? options = null) =>
        EndAsync(sink, (items, _) => sink(items, argument), options);

    /// <inheritdoc cref="To{TArg}(Func{IAsyncEnumerable{T}, TArg, Task}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(3)]
    public RunnablePipeline To<TArg>(Func<IAsyncEnumerable<T>, TArg, CancellationToken, ValueTask> sink, TArg argument, StageOptions? options = null) =>
        EndAsync(sink, (items, token) => sink(items, argument, token), options);

    /// <summary>Ends the pipeline with an asynchronous sink that returns a result. Its workers are tasks.</summary>
    /// <typeparam name="TResult">What the run returns.</typeparam>
    /// <param name="sink">The function.</param>
    /// <param name="options">How the sink runs; no link behind it, no fault policy; one worker.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range or does not fit a sink.</exception>
    [OverloadResolutionPriority(2)]
    public RunnablePipeline<TResult> To<TResult>(Func<IAsyncEnumerable<T>, Task<TResult>> sink, StageOptions? options = null) =>
        EndAsync(sink, (items, _) => new ValueTask<TResult>(sink(items)), options);

    /// <inheritdoc cref="To{TResult}(Func{IAsyncEnumerable{T}, Task{TResult}}, StageOptions?)"/>
    [OverloadResolutionPriority(2)]
    public RunnablePipeline<TResult> To<TResult>(Func<IAsyncEnumerable<T>, CancellationToken, Task<TResult>> sink, StageOptions? options = null) =>
        EndAsync(sink, (items, token) => new ValueTask<TResult>(sink(items, token)), options);

    /// <summary>Ends the pipeline with an asynchronous sink that returns a result. Its workers are tasks.</summary>
    /// <typeparam name="TArg">The argument's type.</typeparam>
    /// <typeparam name="TResult">What the run returns.</typeparam>
    /// <param name="sink">The function.</param>
    /// <param name="argument">What the function is given, once a worker.</param>
    /// <param name="options">How the sink runs; no link behind it, no fault policy; one worker.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range or does not fit a sink.</exception>
    [OverloadResolutionPriority(2)]
    public RunnablePipeline<TResult> To<TArg, TResult>(Func<IAsyncEnumerable<T>, TArg, Task<TResult>> sink, TArg argument, StageOptions? options = null) =>
        EndAsync(sink, (items, _) => new ValueTask<TResult>(sink(items, argument)), options);

    /// <inheritdoc cref="To{TArg, TResult}(Func{IAsyncEnumerable{T}, TArg, Task{TResult}}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(2)]
    public RunnablePipeline<TResult> To<TArg, TResult>(Func<IAsyncEnumerable<T>, TArg, CancellationToken, Task<TResult>> sink, TArg argument, StageOptions? options = null) =>
        EndAsync(sink, (items, token) => new ValueTask<TResult>(sink(items, argument, token)), options);

    /// <inheritdoc cref="To{TResult}(Func{IAsyncEnumerable{T}, Task{TResult}}, StageOptions?)"/>
    [OverloadResolutionPriority(3)]
    public RunnablePipeline<TResult> To<TResult>(Func<IAsyncEnumerable<T>, ValueTask<TResult>> sink, StageOptions? options = null) =>
        EndAsync(sink, (items, _) => sink(items), options);

    /// <inheritdoc cref="To{TResult}(Func{IAsyncEnumerable{T}, Task{TResult}}, StageOptions?)"/>
    [OverloadResolutionPriority(3)]
    public RunnablePipeline<TResult> To<TResult>(Func<IAsyncEnumerable<T>, CancellationToken, ValueTask<TResult>> sink, StageOptions? options = null) =>
        EndAsync(sink, (items, token) => sink(items, token), options);

    /// <inheritdoc cref="To{TArg, TResult}(Func{IAsyncEnumerable{T}, TArg, Task{TResult}}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(3)]
    public RunnablePipeline<TResult> To<TArg, TResult>(Func<IAsyncEnumerable<T>, TArg, ValueTask<TResult>> sink, TArg argument, StageOptions? options = null) =>
        EndAsync(sink, (items, _) => sink(items, argument), options);

    /// <inheritdoc cref="To{TArg, TResult}(Func{IAsyncEnumerable{T}, TArg, Task{TResult}}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(3)]
    public RunnablePipeline<TResult> To<TArg, TResult>(Func<IAsyncEnumerable<T>, TArg, CancellationToken, ValueTask<TResult>> sink, TArg argument, StageOptions? options = null) =>
        EndAsync(sink, (items, token) => sink(items, argument, token), options);

    private RunnablePipeline EndAsync(Delegate function, Func<IAsyncEnumerable<T>, CancellationToken, ValueTask> sink, StageOptions? options)
    {
        return new(Sink(new Body<T, Nothing>(Required(function)) { Asynchronous = (items, token) => Consume(items, token) }, options, hasResult: false));

        async IAsyncEnumerable<Nothing> Consume(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken token)
        {
            await sink(items, token).ConfigureAwait(false);
            yield break;
        }
    }

    private RunnablePipeline<TResult> EndAsync<TResult>(
        Delegate function, Func<IAsyncEnumerable<T>, CancellationToken, ValueTask<TResult>> sink, StageOptions? options)
    {
        return new(Sink(new Body<T, TResult>(Required(function)) { Asynchronous = (items, token) => Consume(items, token) }, options, hasResult: true));

        async IAsyncEnumerable<TResult> Consume(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken token)
        {
            yield return await sink(items, token).ConfigureAwait(false);
        }
    }
}
