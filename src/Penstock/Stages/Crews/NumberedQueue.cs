using System.Runtime.CompilerServices;

namespace Penstock.Stages.Crews;

/// <summary>
/// Items in the order of their numbers, and of one number in the order in which they came. As a rule one comes last; else it goes as far to
/// the front as its number demands, past each behind it.
/// </summary>
internal sealed class NumberedQueue<T>
{
    private (long Number, T Item)[] ring = [];
    private int head;
    private long last = -1; // the highest number that has been taken

    public int Count { get; private set; }

    /// <summary>The number of the first item. There must be one.</summary>
    public long First => ring[head].Number;

    /// <summary>Whether the first item precedes one that has been taken.</summary>
    public bool HasComeBack => HasBefore(last);

    public bool HasBefore(long number) => Count > 0 && First < number;

    public IEnumerable<T> Items
    {
        get
        {
            for (var place = 0; place < Count; place++)
                yield return At(place).Item;
        }
    }

    public void Enqueue(long number, T item)
    {
        if (Count == ring.Length)
            Grow();
        var place = Count++;
        for (; place > 0 && At(place - 1).Number > number; place--)
            At(place) = At(place - 1);
        At(place) = (number, item);
    }

    public T Dequeue()
    {
        ref var first = ref ring[head];
        var item = first.Item;
        last = Math.Max(last, first.Number);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            first = default;
        head = (head + 1) & (ring.Length - 1);
        Count--;
        return item;
    }

    public void Clear()
    {
        while (Count > 0)
            _ = Dequeue();
    }

    private ref (long Number, T Item) At(int place) => ref ring[(head + place) & (ring.Length - 1)];

    private void Grow()
    {
        var larger = new (long, T)[Math.Max(4, 2 * ring.Length)];
        for (var place = 0; place < Count; place++)
            larger[place] = At(place);
        (ring, head) = (larger, 0);
    }
}
