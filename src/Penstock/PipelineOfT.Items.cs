using System.Runtime.CompilerServices;
using Penstock.Stages;

namespace Penstock;

/// <content>
/// Item-wise operators. Without options a synchronous one is appended to the stage before it: no link, no thread, and that
/// stage's fault policy covers it. With options it is a stage of its own.
/// </content>
public sealed partial class Pipeline<T>
{
    /// <summary>Turns each item into another.</summary>
    /// <typeparam name="TOut">What flows out.</typeparam>
    /// <param name="selector">Called once an item.</param>
    /// <param name="options">Makes it a stage of its own. Default: runs in the stage before it.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range.</exception>
    public Pipeline<TOut> Select<TOut>(Func<T, TOut> selector, StageOptions? options = null)
    {
        Required(selector);
        Refuse.TaskLike<TOut>(options?.Name ?? nameof(Select));
        return Append(Operators.Select(selector), options);
    }

    /// <summary>Turns each item into any number of others.</summary>
    /// <inheritdoc cref="Select{TOut}(Func{T, TOut}, StageOptions?)"/>
    public Pipeline<TOut> SelectMany<TOut>(Func<T, IEnumerable<TOut>> selector, StageOptions? options = null) =>
        Append(Operators.SelectMany(Required(selector)), options);

    /// <summary>Lets only some items pass. Those that do not are not disposed: the predicate has seen them.</summary>
    /// <param name="predicate">Called once an item; true lets it pass.</param>
    /// <param name="options">Makes it a stage of its own. Default: runs in the stage before it.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range.</exception>
    public Pipeline<T> Where(Func<T, bool> predicate, StageOptions? options = null) =>
        Append(Operators.Where(Required(predicate)), options);

    /// <summary>Turns each item into another, asynchronously; always a stage of its own. Workers says how many items at once.</summary>
    /// <typeparam name="TOut">What flows out.</typeparam>
    /// <param name="selector">Called once an item.</param>
    /// <param name="options">How the stage runs. Default: one worker, that is one item at a time.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range.</exception>
    [OverloadResolutionPriority(2)]
    public Pipeline<TOut> Select<TOut>(Func<T, CancellationToken, ValueTask<TOut>> selector, StageOptions? options = null) =>
        Add(SelectBodies.Of(Required(selector)), options, nameof(Select));

    /// <inheritdoc cref="Select{TOut}(Func{T, CancellationToken, ValueTask{TOut}}, StageOptions?)"/>
    [OverloadResolutionPriority(2)]
    public Pipeline<TOut> Select<TOut>(Func<T, ValueTask<TOut>> selector, StageOptions? options = null) =>
        Add(SelectBodies.Of(Required(selector)), options, nameof(Select));

    /// <inheritdoc cref="Select{TOut}(Func{T, CancellationToken, ValueTask{TOut}}, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public Pipeline<TOut> Select<TOut>(Func<T, CancellationToken, Task<TOut>> selector, StageOptions? options = null) =>
        Add(SelectBodies.Of(Required(selector)), options, nameof(Select));

    /// <inheritdoc cref="Select{TOut}(Func{T, CancellationToken, ValueTask{TOut}}, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public Pipeline<TOut> Select<TOut>(Func<T, Task<TOut>> selector, StageOptions? options = null) =>
        Add(SelectBodies.Of(Required(selector)), options, nameof(Select));

    /// <summary>Collects neighbouring items; always a stage of its own, with one worker.</summary>
    /// <param name="maxSize">The most items in a batch: 1 or more.</param>
    /// <param name="maxDelay">
    /// How long the first item of a batch may wait for the others: above 0. Default: until the batch is full or the input ends.
    /// A sequential run does not wait, so it knows no delay.
    /// </param>
    /// <param name="options">How the stage runs.</param>
    /// <returns>Batches of 1 to <paramref name="maxSize"/> items, in order.</returns>
    /// <exception cref="PipelineDefinitionException">A value is out of range.</exception>
    public Pipeline<T[]> Batch(int maxSize, TimeSpan? maxDelay = null, StageOptions? options = null)
    {
        var name = options?.Name ?? nameof(Batch);
        if (maxSize < 1)
            throw new PipelineDefinitionException($"Stage '{name}' has maxSize = {maxSize}: use 1 or more.");
        if (maxDelay <= TimeSpan.Zero)
            throw new PipelineDefinitionException($"Stage '{name}' has maxDelay = {maxDelay}: use more than 0, or leave it out.");
        if (options is not null && options.Faults != FaultPolicy.Stop)
            throw new PipelineDefinitionException($"Stage '{name}' has Faults = {options.Faults}, but batching cannot fail: set the policy on the stage that uses the batches.");
        if (options is { RecycleAfter: not null } or { RecycleAboveMemory: not null })
            throw new PipelineDefinitionException($"Stage '{name}' is to be recycled, but a batch would be lost with the process that collects it: set that on the stage that uses the batches.");
        var body = Batching.Of<T>(Batching.Run, new BatchSize(maxSize, maxDelay));
        return new(new Stage<T, T[]>(StageKind.Stage, nameof(Batch), body, options, Last) { IsSingle = true, HoldsBack = maxDelay is null }.Checked());
    }

    private Pipeline<TOut> Append<TOut>(ItemOperator<T, TOut> operation, StageOptions? options) =>
        options is null
            ? new(Last.Append(operation))
            : Add(operation.ToBody(), options, operation.Name);
}
