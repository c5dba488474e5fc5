namespace Penstock.Links;

/// <summary>The bytes that may be on a link at once. Charged when an item is handed on, freed with its slot.</summary>
internal sealed class ByteBudget(long limit, Func<object, long>? sizeOf)
{
    private long used;

    public long SizeOf<T>(T item)
    {
        if (item is null)
            return 0;
        var size = sizeOf?.Invoke(item) ?? Measure.Of(item);
        return size >= 0 ? size : throw new InvalidOperationException($"StageOptions.SizeOf returned {size}; a size is 0 or more.");
    }

    /// <summary>Whether an item would be admitted. One that meets an empty link always is, however large: it passes alone.</summary>
    public bool HasRoomFor(long size) => Admits(Volatile.Read(ref used), size);

    public bool TryCharge(long size)
    {
        while (true)
        {
            var before = Volatile.Read(ref used);
            if (!Admits(before, size))
                return false;
            if (Interlocked.CompareExchange(ref used, before + size, before) == before)
                return true;
        }
    }

    public void Free(long size) => Interlocked.Add(ref used, -size);

    private bool Admits(long before, long size) => before == 0 || before <= limit - size;
}
