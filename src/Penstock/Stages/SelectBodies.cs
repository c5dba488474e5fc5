using System.Runtime.CompilerServices;
using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>Makes the bodies of asynchronous Selects from every form of selector, here and from recipes in other processes.</summary>
internal static class SelectBodies
{
    public static Body<T, TOut> Of<T, TOut>(Func<T, CancellationToken, ValueTask<TOut>> selector) =>
        new(selector) { Recipe = Recipe.OfItemWise(Of<T, TOut>, selector), Asynchronous = (items, token) => SelectAsync(items, selector, token) };

    public static Body<T, TOut> Of<T, TOut>(Func<T, ValueTask<TOut>> selector) =>
        new(selector) { Recipe = Recipe.OfItemWise(Of<T, TOut>, selector), Asynchronous = (items, token) => SelectAsync(items, (item, _) => selector(item), token) };

    public static Body<T, TOut> Of<T, TOut>(Func<T, CancellationToken, Task<TOut>> selector) =>
        new(selector)
        {
            Recipe = Recipe.OfItemWise(Of<T, TOut>, selector),
            Asynchronous = (items, token) => SelectAsync(items, (item, t) => new ValueTask<TOut>(selector(item, t)), token),
        };

    public static Body<T, TOut> Of<T, TOut>(Func<T, Task<TOut>> selector) =>
        new(selector)
        {
            Recipe = Recipe.OfItemWise(Of<T, TOut>, selector),
            Asynchronous = (items, token) => SelectAsync(items, (item, _) => new ValueTask<TOut>(selector(item)), token),
        };

    private static async IAsyncEnumerable<TOut> SelectAsync<T, TOut>(
        IAsyncEnumerable<T> items, Func<T, CancellationToken, ValueTask<TOut>> selector, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (var item in items.ConfigureAwait(false))
            yield return await selector(item, token).ConfigureAwait(false);
    }
}
