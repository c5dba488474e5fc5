namespace Penstock.Bench.Measuring;

/// <summary>What a consumer saw. Every contestant is fed 0 … n-1 and adds one, so the items in order are 1 … n.</summary>
internal struct Tally
{
    private bool outOfOrder;

    public long Count { get; private set; }

    public long Sum { get; private set; }

    public readonly bool InOrder => !outOfOrder;

    /// <summary>Further figures that the contest is about.</summary>
    public IReadOnlyDictionary<string, double>? Figures { get; set; }

    public void Add(int item)
    {
        Count++;
        Sum += item;
        outOfOrder |= item != Count;
    }

    /// <exception cref="ContestException">Items are missing, wrong, or out of order.</exception>
    public static void Check(Reply reply, Contestant contestant, int items)
    {
        var expected = items * (items + 1L) / 2;
        if (reply.Count != items)
            throw new ContestException(contestant, $"{reply.Count} items arrived instead of {items}");
        if (reply.Sum != expected)
            throw new ContestException(contestant, $"the items add up to {reply.Sum} instead of {expected}");
        if (contestant.Ordered && !reply.InOrder)
            throw new ContestException(contestant, "items arrived out of order");
    }
}
