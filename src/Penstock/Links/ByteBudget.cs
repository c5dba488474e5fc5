namespace Penstock.Links;

/// <summary>The bytes that may be on a link at once. Charged when an item is handed on, freed with its slot.</summary>
/// <param name="limit">The most bytes.</param>
/// <param name="sizeOf">The user's way to measure an item; null for those that measure themselves.</param>
internal abstract class ByteBudget(long limit, Func<object, long>? sizeOf)
{
    /// <summary>The most bytes.</summary>
    public long Limit => limit;

    /// <summary>Whether items of a type can be measured before they are written.</summary>
    public bool Measures(Type type) => sizeOf is not null || Measure.Knows(type);

    public long SizeOf<T>(T item)
    {
        if (item is null)
            return 0;
        var size = sizeOf?.Invoke(item) ?? Measure.Of(item);
        return size >= 0 ? size : throw new InvalidOperationException($"StageOptions.SizeOf returned {size}; a size is 0 or more.");
    }

    /// <summary>Whether an item would be admitted. One that meets an empty link always is, however large: it passes alone.</summary>
    public bool HasRoomFor(long size) => Admits(Used, size);

    /// <summary>Charges an item if it is admitted. It may be refused although there is room, while another producer is being charged.</summary>
    /// <param name="worker">The producing worker.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="size">The item's bytes.</param>
    public abstract bool TryCharge(int worker, int slot, long size);

    /// <summary>The item is gone, or was not handed on.</summary>
    public abstract void Free(long size);

    /// <summary>The item could not be handed on, and its slot is to hold another one.</summary>
    public virtual void Uncharge(int slot, long size) => Free(size);

    protected abstract long Used { get; }

    protected bool Admits(long used, long size) => used == 0 || used <= limit - size;
}
