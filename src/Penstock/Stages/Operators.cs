using Penstock.Stages.Crossing;

namespace Penstock.Stages;

/// <summary>The item-wise operators: LINQ in both forms. Each is made from its recipe in other processes too.</summary>
internal static class Operators
{
    public static ItemOperator<T, TOut> Select<T, TOut>(Func<T, TOut> selector) =>
        new(nameof(Select), Yield.One, Recipe.OfItemWise(Select<T, TOut>, selector))
        {
            Synchronous = items => items.Select(selector),
            Asynchronous = items => AsyncEnumerable.Select(items, selector),
        };

    public static ItemOperator<T, TOut> SelectMany<T, TOut>(Func<T, IEnumerable<TOut>> selector) =>
        new(nameof(SelectMany), Yield.Any, Recipe.OfItemWise(SelectMany<T, TOut>, selector))
        {
            Synchronous = items => items.SelectMany(selector),
            Asynchronous = items => AsyncEnumerable.SelectMany(items, selector),
        };

    public static ItemOperator<T, T> Where<T>(Func<T, bool> predicate) =>
        new(nameof(Where), Yield.AtMostOne, Recipe.OfItemWise(Where<T>, predicate))
        {
            Synchronous = items => items.Where(predicate),
            Asynchronous = items => AsyncEnumerable.Where(items, predicate),
        };
}
