using System.Runtime.CompilerServices;
using Penstock.Stages;

namespace Penstock;

/// <summary>
/// Where pipelines start. A source is an object with items, or a function that returns them; a function is called anew in each run.
/// </summary>
/// <remarks>
/// Wherever a function is taken, a <see cref="CancellationToken"/> as its last parameter is signalled when the worker should leave.
/// An argument is passed to the function as it is, once a worker.
/// </remarks>
public static class Pipeline
{
    /// <summary>Starts with the items of an object. Each run enumerates it anew, on a thread of its own.</summary>
    /// <typeparam name="T">What flows.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="options">How the source runs; it has one worker.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range or does not fit a source.</exception>
    public static Pipeline<T> From<T>(IEnumerable<T> items, StageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        return Source(new Body<Nothing, T>(function: null) { Synchronous = (_, _) => items }, options, isObject: true);
    }

    /// <inheritdoc cref="From{T}(IEnumerable{T}, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Pipeline<T> From<T>(IAsyncEnumerable<T> items, StageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        return Source(new Body<Nothing, T>(function: null) { Asynchronous = (_, _) => items }, options, isObject: true);
    }

    /// <summary>Starts with the items that a function returns. Several workers call it once each, and their items interleave.</summary>
    /// <typeparam name="T">What flows.</typeparam>
    /// <param name="source">The function, usually a generator.</param>
    /// <param name="options">How the source runs.</param>
    /// <exception cref="PipelineDefinitionException">An option is out of range or does not fit a source.</exception>
    public static Pipeline<T> From<T>(Func<IEnumerable<T>> source, StageOptions? options = null) =>
        Source(SourceBodies.Of(Required(source)), options);

    /// <inheritdoc cref="From{T}(Func{IEnumerable{T}}, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Pipeline<T> From<T>(Func<CancellationToken, IEnumerable<T>> source, StageOptions? options = null) =>
        Source(SourceBodies.Of(Required(source)), options);

    /// <inheritdoc cref="From{T}(Func{IEnumerable{T}}, StageOptions?)"/>
    /// <typeparam name="TArg">The argument's type.</typeparam>
    /// <typeparam name="T">What flows.</typeparam>
    /// <param name="source">The function, usually a generator.</param>
    /// <param name="argument">What the function is given.</param>
    /// <param name="options">How the source runs.</param>
    public static Pipeline<T> From<TArg, T>(Func<TArg, IEnumerable<T>> source, TArg argument, StageOptions? options = null) =>
        Source(SourceBodies.Of(Required(source), argument), options);

    /// <inheritdoc cref="From{TArg, T}(Func{TArg, IEnumerable{T}}, TArg, StageOptions?)"/>
    public static Pipeline<T> From<TArg, T>(Func<TArg, CancellationToken, IEnumerable<T>> source, TArg argument, StageOptions? options = null) =>
        Source(SourceBodies.Of(Required(source), argument), options);

    /// <inheritdoc cref="From{T}(Func{IEnumerable{T}}, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Pipeline<T> From<T>(Func<IAsyncEnumerable<T>> source, StageOptions? options = null) =>
        Source(SourceBodies.Of(Required(source)), options);

    /// <inheritdoc cref="From{T}(Func{IEnumerable{T}}, StageOptions?)"/>
    [OverloadResolutionPriority(2)]
    public static Pipeline<T> From<T>(Func<CancellationToken, IAsyncEnumerable<T>> source, StageOptions? options = null) =>
        Source(SourceBodies.Of(Required(source)), options);

    /// <inheritdoc cref="From{TArg, T}(Func{TArg, IEnumerable{T}}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Pipeline<T> From<TArg, T>(Func<TArg, IAsyncEnumerable<T>> source, TArg argument, StageOptions? options = null) =>
        Source(SourceBodies.Of(Required(source), argument), options);

    /// <inheritdoc cref="From{TArg, T}(Func{TArg, IEnumerable{T}}, TArg, StageOptions?)"/>
    [OverloadResolutionPriority(1)]
    public static Pipeline<T> From<TArg, T>(Func<TArg, CancellationToken, IAsyncEnumerable<T>> source, TArg argument, StageOptions? options = null) =>
        Source(SourceBodies.Of(Required(source), argument), options);

    private static Pipeline<T> Source<T>(Body<Nothing, T> body, StageOptions? options, bool isObject = false) =>
        new(new Stage<Nothing, T>(StageKind.Source, "Source", body, options, previous: null) { IsSingle = isObject }.Checked());

    private static TDelegate Required<TDelegate>(TDelegate? source)
        where TDelegate : Delegate
    {
        ArgumentNullException.ThrowIfNull(source);
        return source;
    }
}
