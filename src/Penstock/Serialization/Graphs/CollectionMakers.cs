using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;

namespace Penstock.Serialization;

/// <summary>
/// One public method for each collection that crosses: it makes the collection from what an enumeration of another one gave.
/// An interface comes back as the most common collection behind it.
/// </summary>
internal static class CollectionMakers
{
    public static IEnumerable<T> Enumerable<T>(T[] items) => List(items);
    public static IReadOnlyCollection<T> ReadOnlyItems<T>(T[] items) => List(items);
    public static IReadOnlyList<T> ReadOnlyListItems<T>(T[] items) => List(items);
    public static ICollection<T> Items<T>(T[] items) => List(items);
    public static IList<T> ListItems<T>(T[] items) => List(items);
    public static List<T> List<T>(T[] items) => [.. items];
    public static Collection<T> Collection<T>(T[] items) => new(List(items));
    public static ReadOnlyCollection<T> ReadOnlyCollection<T>(T[] items) => new(items);
    public static LinkedList<T> LinkedList<T>(T[] items) => new(items);
    public static Queue<T> Queue<T>(T[] items) => new(items);
    public static ConcurrentQueue<T> ConcurrentQueue<T>(T[] items) => new(items);
    public static ImmutableArray<T> ImmutableArray<T>(T[] items) => [.. items];
    public static ImmutableList<T> ImmutableList<T>(T[] items) => [.. items];
    public static IImmutableList<T> ImmutableListItems<T>(T[] items) => [.. items];
    public static ImmutableQueue<T> ImmutableQueue<T>(T[] items) => [.. items];

    // Enumerated from the top, filled from the bottom.
    public static Stack<T> Stack<T>(T[] items) => new(items.Reverse());
    public static ConcurrentStack<T> ConcurrentStack<T>(T[] items) => new(items.Reverse());
    public static ImmutableStack<T> ImmutableStack<T>(T[] items) => [.. items.Reverse()];

    public static ISet<T> SetItems<T>(T[] items) => HashSet(items);
    public static IReadOnlySet<T> ReadOnlySetItems<T>(T[] items) => HashSet(items);
    public static HashSet<T> HashSet<T>(T[] items) => [.. items];
    public static SortedSet<T> SortedSet<T>(T[] items) => new(items);
    public static ImmutableHashSet<T> ImmutableHashSet<T>(T[] items) => [.. items];
    public static IImmutableSet<T> ImmutableSetItems<T>(T[] items) => ImmutableHashSet(items);
    public static ImmutableSortedSet<T> ImmutableSortedSet<T>(T[] items) => [.. items];
    public static FrozenSet<T> FrozenSet<T>(T[] items) => items.ToFrozenSet();

    public static IDictionary<TKey, TValue> Pairs<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => Dictionary(pairs);

    public static IReadOnlyDictionary<TKey, TValue> ReadOnlyPairs<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => Dictionary(pairs);

    public static Dictionary<TKey, TValue> Dictionary<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => new(pairs);

    public static OrderedDictionary<TKey, TValue> OrderedDictionary<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => new(pairs);

    public static SortedDictionary<TKey, TValue> SortedDictionary<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => new(Dictionary(pairs));

    public static SortedList<TKey, TValue> SortedList<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => new(Dictionary(pairs));

    public static ConcurrentDictionary<TKey, TValue> ConcurrentDictionary<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => new(pairs);

    public static ReadOnlyDictionary<TKey, TValue> ReadOnlyDictionary<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => new(Dictionary(pairs));

    public static ImmutableDictionary<TKey, TValue> ImmutableDictionary<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => pairs.ToImmutableDictionary();

    public static IImmutableDictionary<TKey, TValue> ImmutablePairs<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => pairs.ToImmutableDictionary();

    public static ImmutableSortedDictionary<TKey, TValue> ImmutableSortedDictionary<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => pairs.ToImmutableSortedDictionary();

    public static FrozenDictionary<TKey, TValue> FrozenDictionary<TKey, TValue>(KeyValuePair<TKey, TValue>[] pairs)
        where TKey : notnull => pairs.ToFrozenDictionary();
}
