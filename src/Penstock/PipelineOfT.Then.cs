using System.Runtime.CompilerServices;
using Penstock.Stages;

namespace Penstock;

public sealed partial class Pipeline<T>
{
    /// <summary>Adds a stage: a generator that takes items and yields items.</summary>
    /// <remarks>
    /// Each worker calls the function once and owns what it creates. With several workers the stage must treat items
    /// independently, and must finish with an item before it asks for the next.
    /// </remarks>
    /// <typeparam name="TOut">What flows out.</typeparam>
    /// <param name="stage">The function.</param>
    /// <param name="options">How the stage runs; default: one worker with a thread of its own.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range; the message names the stage and the cure.</exception>
    [OverloadResolutionPriority(1)]
    public Pipeline<TOut> Then<TOut>(Func<IEnumerable<T>, IEnumerable<TOut>> stage, StageOptions? options = null) =>
        Add(StageBodies.Of(Required(stage)), options);

    /// <inheritdoc cref="Then{TOut}(Func{IEnumerable{T}, IEnumerable{TOut}}, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public Pipeline<TOut> Then<TOut>(Func<IEnumerable<T>, CancellationToken, IEnumerable<TOut>> stage, StageOptions? options = null) =>
        Add(StageBodies.Of(Required(stage)), options);

    /// <inheritdoc cref="Then{TOut}(Func{IEnumerable{T}, IEnumerable{TOut}}, StageOptions?)"/>
    /// <typeparam name="TArg">The argument's type.</typeparam>
    /// <typeparam name="TOut">What flows out.</typeparam>
    /// <param name="stage">The function.</param>
    /// <param name="argument">What the function is given, once a worker.</param>
    /// <param name="options">How the stage runs; default: one worker with a thread of its own.</param>
    [OverloadResolutionPriority(1)]
    public Pipeline<TOut> Then<TArg, TOut>(Func<IEnumerable<T>, TArg, IEnumerable<TOut>> stage, TArg argument, StageOptions? options = null) =>
        Add(StageBodies.Of(Required(stage), argument), options);

    /// <inheritdoc cref="Then{TArg, TOut}(Func{IEnumerable{T}, TArg, IEnumerable{TOut}}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public Pipeline<TOut> Then<TArg, TOut>(
        Func<IEnumerable<T>, TArg, CancellationToken, IEnumerable<TOut>> stage, TArg argument, StageOptions? options = null) =>
        Add(StageBodies.Of(Required(stage), argument), options);

    /// <summary>Adds an asynchronous stage. Its workers are tasks: hundreds are cheap. A token given to its items (<c>WithCancellation</c>) ends the wait for one.</summary>
    /// <inheritdoc cref="Then{TOut}(Func{IEnumerable{T}, IEnumerable{TOut}}, StageOptions?)"/>
    public Pipeline<TOut> Then<TOut>(Func<IAsyncEnumerable<T>, IAsyncEnumerable<TOut>> stage, StageOptions? options = null) =>
        Add(StageBodies.Of(Required(stage)), options);

    /// <inheritdoc cref="Then{TOut}(Func{IAsyncEnumerable{T}, IAsyncEnumerable{TOut}}, StageOptions?)"/>
    public Pipeline<TOut> Then<TOut>(Func<IAsyncEnumerable<T>, CancellationToken, IAsyncEnumerable<TOut>> stage, StageOptions? options = null) =>
        Add(StageBodies.Of(Required(stage)), options);

    /// <summary>Adds an asynchronous stage. Its workers are tasks: hundreds are cheap. A token given to its items (<c>WithCancellation</c>) ends the wait for one.</summary>
    /// <inheritdoc cref="Then{TArg, TOut}(Func{IEnumerable{T}, TArg, IEnumerable{TOut}}, TArg, StageOptions?)"/>
    public Pipeline<TOut> Then<TArg, TOut>(Func<IAsyncEnumerable<T>, TArg, IAsyncEnumerable<TOut>> stage, TArg argument, StageOptions? options = null) =>
        Add(StageBodies.Of(Required(stage), argument), options);

    /// <inheritdoc cref="Then{TArg, TOut}(Func{IAsyncEnumerable{T}, TArg, IAsyncEnumerable{TOut}}, TArg, StageOptions?)"/>
    public Pipeline<TOut> Then<TArg, TOut>(
        Func<IAsyncEnumerable<T>, TArg, CancellationToken, IAsyncEnumerable<TOut>> stage, TArg argument, StageOptions? options = null) =>
        Add(StageBodies.Of(Required(stage), argument), options);

    private Pipeline<TOut> Add<TOut>(Body<T, TOut> body, StageOptions? options, string name = "Stage") =>
        new(new Stage<T, TOut>(StageKind.Stage, name, body, options, Last).Checked());
}
