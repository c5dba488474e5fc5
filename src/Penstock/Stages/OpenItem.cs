using Penstock.Links;

namespace Penstock.Stages;

/// <summary>An item between its scattering and its gathering: how many of its parts are alive, what has come of the others.</summary>
internal sealed class OpenItem<T>(T item, long number, Lineage? outer, Action onCompleted)
{
    // The scattering itself counts as one part, so that an item is not complete before all its parts have started.
    private int alive = 1;
    private Exception? failure;

    public T Item { get; } = item;

    public long Number { get; } = number;

    /// <summary>What the item itself descends from.</summary>
    public Lineage? Outer { get; } = outer;

    /// <summary>The results so far, as the gathering side keeps them. Used by it alone.</summary>
    public object? Collected { get; set; }

    /// <summary>Why a part was given up, if one was.</summary>
    public Exception? Failure => Volatile.Read(ref failure);

    public bool IsComplete => Volatile.Read(ref alive) == 0;

    public Lineage AddPart(int position)
    {
        Interlocked.Increment(ref alive);
        return new Part(this, position);
    }

    /// <summary>The scattering, or a part, is done.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref alive) == 0)
            onCompleted();
    }

    private sealed class Part(OpenItem<T> owner, int position) : Lineage
    {
        public override object Group => owner;

        public override int Position => position;

        public override void Fail(Exception exception) => Interlocked.CompareExchange(ref owner.failure, exception, null);

        protected override void OnLastReleased() => owner.Release();
    }
}
