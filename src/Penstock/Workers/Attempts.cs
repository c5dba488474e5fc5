namespace Penstock.Workers;

/// <summary>
/// The tries of one item under a stage's fault policy. Used only by its worker. Outputs before the first item belong to that item;
/// a generator that is started afresh brings them again, so then they are dropped, like all that an earlier try has handed on.
/// </summary>
internal sealed class Attempts(FaultPolicy policy)
{
    private long items;
    private int headers;
    private int delivered;
    private int toDrop;
    private bool isRestarted;

    /// <summary>Which try of the item in hand this is, counted from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>Outputs of the item in hand that were handed on, over all tries.</summary>
    public int Delivered => items == 1 ? headers + delivered : delivered;

    /// <summary>A new item: its first try. Returns its number.</summary>
    public int Begin()
    {
        items++;
        toDrop = 0;
        delivered = 0;
        return Number = 1;
    }

    /// <summary>Counts an output. False for one that was handed on before: it must be dropped.</summary>
    /// <param name="hasAsked">Whether the generator has asked for an item yet.</param>
    public bool IsNew(bool hasAsked)
    {
        if (!hasAsked)
        {
            headers += isRestarted ? 0 : 1;
            return !isRestarted;
        }

        if (toDrop > 0)
        {
            toDrop--;
            return false;
        }

        delivered++;
        return true;
    }

    /// <summary>Decides about a failed try; the generator will be started afresh either way.</summary>
    public bool TryAgain(Exception exception, out TimeSpan pause)
    {
        isRestarted = true;
        pause = TimeSpan.Zero;
        if (Number >= policy.Attempts || policy.When?.Invoke(exception) == false)
            return false;
        Number++;
        toDrop = delivered;
        pause = policy.PauseBefore(Number);
        return true;
    }
}
