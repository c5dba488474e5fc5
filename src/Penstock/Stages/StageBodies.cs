using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>Makes the bodies of stages from every form of generator, here and from recipes in other processes.</summary>
internal static class StageBodies
{
    public static Body<T, TOut> Of<T, TOut>(Func<IEnumerable<T>, IEnumerable<TOut>> stage) =>
        new(stage) { Recipe = Recipe.Of(Of<T, TOut>, stage), Synchronous = (items, _) => stage(items) };

    public static Body<T, TOut> Of<T, TOut>(Func<IEnumerable<T>, CancellationToken, IEnumerable<TOut>> stage) =>
        new(stage) { Recipe = Recipe.Of(Of<T, TOut>, stage), Synchronous = (items, token) => stage(items, token) };

    public static Body<T, TOut> Of<T, TArg, TOut>(Func<IEnumerable<T>, TArg, IEnumerable<TOut>> stage, TArg argument) =>
        new(stage) { Recipe = Recipe.Of(Of<T, TArg, TOut>, stage, argument), Synchronous = (items, _) => stage(items, argument) };

    public static Body<T, TOut> Of<T, TArg, TOut>(Func<IEnumerable<T>, TArg, CancellationToken, IEnumerable<TOut>> stage, TArg argument) =>
        new(stage) { Recipe = Recipe.Of(Of<T, TArg, TOut>, stage, argument), Synchronous = (items, token) => stage(items, argument, token) };

    public static Body<T, TOut> Of<T, TOut>(Func<IAsyncEnumerable<T>, IAsyncEnumerable<TOut>> stage) =>
        new(stage) { Recipe = Recipe.Of(Of<T, TOut>, stage), Asynchronous = (items, _) => stage(items) };

    public static Body<T, TOut> Of<T, TOut>(Func<IAsyncEnumerable<T>, CancellationToken, IAsyncEnumerable<TOut>> stage) =>
        new(stage) { Recipe = Recipe.Of(Of<T, TOut>, stage), Asynchronous = (items, token) => stage(items, token) };

    public static Body<T, TOut> Of<T, TArg, TOut>(Func<IAsyncEnumerable<T>, TArg, IAsyncEnumerable<TOut>> stage, TArg argument) =>
        new(stage) { Recipe = Recipe.Of(Of<T, TArg, TOut>, stage, argument), Asynchronous = (items, _) => stage(items, argument) };

    public static Body<T, TOut> Of<T, TArg, TOut>(Func<IAsyncEnumerable<T>, TArg, CancellationToken, IAsyncEnumerable<TOut>> stage, TArg argument) =>
        new(stage) { Recipe = Recipe.Of(Of<T, TArg, TOut>, stage, argument), Asynchronous = (items, token) => stage(items, argument, token) };
}
