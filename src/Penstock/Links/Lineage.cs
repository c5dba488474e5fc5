using System.Diagnostics;

namespace Penstock.Links;

/// <summary>
/// What an item descends from, carried beside it through every stage: an output belongs to the item its worker took last.
/// Counts the descendants that are alive, so that somebody learns when the last one is gone.
/// </summary>
internal abstract class Lineage
{
    private int alive;

    /// <summary>The number of the item whose parts these are; a batch does not mix families, so that each result finds its item.</summary>
    public abstract long Family { get; }

    /// <summary>The place among the parts of one item.</summary>
    public abstract int Position { get; }

    /// <summary>The ticket of the tracked item that all of them descend from; null if there is none, or in another process.</summary>
    public virtual ITicket? Ticket => null;

    /// <summary>The ticket's span.</summary>
    public virtual ActivityContext Trace => Ticket?.Trace ?? default;

    public void Retain()
    {
        if (Interlocked.Increment(ref alive) == 1)
            OnFirstRetained();
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref alive) == 0)
            OnLastReleased();
    }

    /// <summary>Tells the ancestor that a descendant was given up.</summary>
    public abstract void Fail(Exception exception);

    protected virtual void OnFirstRetained()
    {
    }

    protected abstract void OnLastReleased();
}

/// <summary>The lineage of an item made of several: it keeps all of them alive, and fails all of them.</summary>
internal sealed class JoinedLineage : Lineage
{
    private readonly Lineage[] members;

    public JoinedLineage(IEnumerable<Lineage> members)
    {
        this.members = [.. members];
        foreach (var member in this.members)
            member.Retain();
    }

    public override long Family => members[0].Family;

    public override int Position => members[0].Position;

    public override ITicket? Ticket => members[0].Ticket;

    public override ActivityContext Trace => members[0].Trace;

    public override void Fail(Exception exception)
    {
        foreach (var member in members)
            member.Fail(exception);
    }

    protected override void OnLastReleased()
    {
        foreach (var member in members)
            member.Release();
    }
}
