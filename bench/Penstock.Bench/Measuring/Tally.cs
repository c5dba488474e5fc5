namespace Penstock.Bench.Measuring;

/// <summary>What a consumer saw. Every contestant is fed 0 … n-1 and adds one, so the items in order are 1 … n.</summary>
internal struct Tally
{
    private long _count;
    private long _sum;
    private bool _outOfOrder;

    public void Add(int item)
    {
        _count++;
        _sum += item;
        _outOfOrder |= item != _count;
    }

    public readonly void Check(Contestant contestant, int items)
    {
        var expected = (long)items * (items + 1L) / 2;
        if (_count != items)
            throw new WrongResultException(contestant, $"{_count} items arrived instead of {items}");
        if (_sum != expected)
            throw new WrongResultException(contestant, $"the items add up to {_sum} instead of {expected}");
        if (contestant.Ordered && _outOfOrder)
            throw new WrongResultException(contestant, "items arrived out of order");
    }
}
