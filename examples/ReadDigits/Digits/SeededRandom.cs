namespace ReadDigits.Digits;

/// <summary>SplitMix64: the same numbers for the same seed on every machine and in every version of .NET.</summary>
internal sealed class SeededRandom(ulong seed)
{
    ulong state = seed;

    /// <summary>An independent sequence for one page of a seed, so that pages can be made in any order.</summary>
    public static SeededRandom For(int seed, int page) => new(new SeededRandom((ulong)seed).NextBits() ^ (ulong)page);

    public ulong NextBits()
    {
        var bits = state += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }

    /// <summary>Evenly from 0 to <paramref name="limit"/> − 1.</summary>
    public int Below(int limit) => (int)((NextBits() >> 32) * (ulong)limit >> 32);

    /// <summary>Evenly between the two.</summary>
    public float Between(float low, float high) => low + (high - low) * ((NextBits() >> 40) * (1f / (1 << 24)));

    /// <summary>Bell-shaped around 0 with deviation 1: the sum of eight random bytes is close enough, and cheap per pixel.</summary>
    public float Bell()
    {
        const ulong everyOtherByte = 0x00FF00FF00FF00FF;
        var bits = NextBits();
        var pairs = (bits & everyOtherByte) + ((bits >> 8) & everyOtherByte);
        var sum = (pairs * 0x0001000100010001) >> 48;
        return (sum - 1020f) * (1f / 209.02f);
    }

    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
