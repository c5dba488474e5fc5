using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>Makes the bodies of sources from every form of function, here and from recipes in other processes.</summary>
internal static class SourceBodies
{
    public static Body<Nothing, T> Of<T>(Func<IEnumerable<T>> source) =>
        new(source) { Recipe = Recipe.Of(Of<T>, source), Synchronous = (_, _) => source() };

    public static Body<Nothing, T> Of<T>(Func<CancellationToken, IEnumerable<T>> source) =>
        new(source) { Recipe = Recipe.Of(Of<T>, source), Synchronous = (_, token) => source(token) };

    public static Body<Nothing, T> Of<TArg, T>(Func<TArg, IEnumerable<T>> source, TArg argument) =>
        new(source) { Recipe = Recipe.Of(Of<TArg, T>, source, argument), Synchronous = (_, _) => source(argument) };

    public static Body<Nothing, T> Of<TArg, T>(Func<TArg, CancellationToken, IEnumerable<T>> source, TArg argument) =>
        new(source) { Recipe = Recipe.Of(Of<TArg, T>, source, argument), Synchronous = (_, token) => source(argument, token) };

    public static Body<Nothing, T> Of<T>(Func<IAsyncEnumerable<T>> source) =>
        new(source) { Recipe = Recipe.Of(Of<T>, source), Asynchronous = (_, _) => source() };

    public static Body<Nothing, T> Of<T>(Func<CancellationToken, IAsyncEnumerable<T>> source) =>
        new(source) { Recipe = Recipe.Of(Of<T>, source), Asynchronous = (_, token) => source(token) };

    public static Body<Nothing, T> Of<TArg, T>(Func<TArg, IAsyncEnumerable<T>> source, TArg argument) =>
        new(source) { Recipe = Recipe.Of(Of<TArg, T>, source, argument), Asynchronous = (_, _) => source(argument) };

    public static Body<Nothing, T> Of<TArg, T>(Func<TArg, CancellationToken, IAsyncEnumerable<T>> source, TArg argument) =>
        new(source) { Recipe = Recipe.Of(Of<TArg, T>, source, argument), Asynchronous = (_, token) => source(argument, token) };
}
