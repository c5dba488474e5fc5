namespace Penstock.Serialization;

/// <summary>A collection of pairs, as all its keys and all its values: shorter than pair by pair, and numbers among them are a block.</summary>
internal sealed class PairsConverter<TCollection, TKey, TValue>(Func<KeyValuePair<TKey, TValue>[], TCollection> make)
    : DetourConverter<TCollection, PairsConverter<TCollection, TKey, TValue>.Columns>(Take, columns => make(columns.ToPairs()))
    where TCollection : IEnumerable<KeyValuePair<TKey, TValue>>
{
    private static Columns Take(TCollection collection)
    {
        var pairs = CollectionConverter<TCollection, KeyValuePair<TKey, TValue>>.Take(collection);
        return new Columns { Keys = Array.ConvertAll(pairs, pair => pair.Key), Values = Array.ConvertAll(pairs, pair => pair.Value) };
    }

    public sealed class Columns
    {
        public TKey[] Keys { get; set; } = [];

        public TValue[] Values { get; set; } = [];

        public KeyValuePair<TKey, TValue>[] ToPairs()
        {
            var pairs = new KeyValuePair<TKey, TValue>[Keys.Length];
            for (var i = 0; i < pairs.Length; i++)
                pairs[i] = new(Keys[i], Values[i]);
            return pairs;
        }
    }
}
