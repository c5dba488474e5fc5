using Penstock.Links;

namespace Penstock.Stages;

/// <summary>An item between its scattering and its gathering: how many of its parts are alive, what has come of the others.</summary>
/// <param name="item">The item.</param>
/// <param name="number">Its number.</param>
/// <param name="outer">What it descends from itself.</param>
/// <param name="onCompleted">Told when no part is left in this process.</param>
/// <param name="onFailed">Told of the first failure.</param>
internal sealed class OpenItem<T>(T item, long number, Lineage? outer, Action<OpenItem<T>> onCompleted, Action<T, Exception>? onFailed = null)
{
    // Parts in this process. The scattering itself counts as one, so that an item is not complete before all its parts have started.
    private int alive = 1;
    private int arrivals; // of parts in this process
    private Exception? failure;

    public T Item { get; } = item;

    public long Number { get; } = number;

    /// <summary>What the item itself descends from.</summary>
    public Lineage? Outer { get; } = outer;

    /// <summary>What stands for it, or for what it descends from, if that is tracked.</summary>
    public ITicket? Ticket { get => field ?? Outer?.Ticket; init; }

    /// <summary>The results so far, as the gathering side keeps them. Used by it alone.</summary>
    public object? Collected { get; set; }

    /// <summary>What is to be disposed of the item if it is never gathered. The scattering side's until that is done with it, then the gathering side's.</summary>
    public Holding? Held { get; set; }

    /// <summary>Why a part was given up, if one was.</summary>
    public Exception? Failure => Volatile.Read(ref failure);

    /// <summary>Whether all parts are done: here, and on their way through other processes.</summary>
    /// <param name="lineages">Knows of the latter.</param>
    public bool IsComplete(Lineages lineages)
    {
        // A part may have come back into this process while the others were looked through.
        var before = Volatile.Read(ref arrivals);
        return Volatile.Read(ref alive) == 0 && !lineages.LieBetweenProcesses(Number) && Volatile.Read(ref arrivals) == before;
    }

    /// <summary>Something failed that concerns it: a part, or the item itself. The first reason stays.</summary>
    public void Fail(Exception exception)
    {
        if (Interlocked.CompareExchange(ref failure, exception, null) is not null)
            return;
        onFailed?.Invoke(Item, exception);
        Outer?.Fail(exception);
    }

    public Lineage PartAt(int position) => new Part(this, position);

    /// <summary>The scattering, or a part, is done, or has gone on to another process.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref alive) == 0)
            onCompleted(this);
    }

    // In this order, since the other side looks for arrivals first.
    private void Arrive()
    {
        Interlocked.Increment(ref alive);
        Interlocked.Increment(ref arrivals);
    }

    private sealed class Part(OpenItem<T> owner, int position) : Lineage
    {
        public override long Family => owner.Number;

        public override int Position => position;

        public override ITicket? Ticket => owner.Ticket;

        public override void Fail(Exception exception) => owner.Fail(exception);

        protected override void OnFirstRetained() => owner.Arrive();

        protected override void OnLastReleased() => owner.Release();
    }
}
