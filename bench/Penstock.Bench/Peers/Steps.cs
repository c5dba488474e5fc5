using Penstock.Bench.Measuring;

namespace Penstock.Bench.Peers;

/// <summary>
/// The three steps as plain generators. <typeparamref name="TOwner"/> is a struct, so every contestant gets machine code of its
/// own, optimised for what it alone does. Shared code would be tuned for whichever contestant warmed it up.
/// </summary>
internal static class Steps<TOwner>
    where TOwner : struct
{
    public static IEnumerable<int> Generate(int count)
    {
        for (var i = 0; i < count; i++)
            yield return i;
    }

    public static IEnumerable<int> GenerateSlowly((int Count, TimeSpan Pause) argument)
    {
        for (var i = 0; i < argument.Count; i++)
        {
            Thread.Sleep(argument.Pause);
            yield return i;
        }
    }

    public static IEnumerable<int> AddOne(IEnumerable<int> items)
    {
        foreach (var item in items)
            yield return item + 1;
    }

    public static Tally Consume(IEnumerable<int> items)
    {
        var tally = new Tally();
        foreach (var item in items)
            tally.Add(item);
        return tally;
    }
}
