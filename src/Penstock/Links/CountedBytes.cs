namespace Penstock.Links;

/// <summary>The budget of a link within this process: a counter.</summary>
internal sealed class CountedBytes(long limit, Func<object, long>? sizeOf) : ByteBudget(limit, sizeOf)
{
    private long used;

    protected override long Used => Volatile.Read(ref used);

    public override bool TryCharge(int worker, int slot, long size)
    {
        while (true)
        {
            var before = Used;
            if (!Admits(before, size))
                return false;
            if (Interlocked.CompareExchange(ref used, before + size, before) == before)
                return true;
        }
    }

    public override void Free(long size) => Interlocked.Add(ref used, -size);
}
