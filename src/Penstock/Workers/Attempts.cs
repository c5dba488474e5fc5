namespace Penstock.Workers;

/// <summary>The tries of one item under a stage's fault policy. Used only by its worker.</summary>
internal sealed class Attempts(FaultPolicy policy)
{
    private int toDrop;

    /// <summary>Which try of the item in hand this is, counted from 1.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>Outputs of the item in hand that were handed on, over all tries.</summary>
    public int Delivered { get; private set; }

    /// <summary>A new item: its first try. Returns its number.</summary>
    public int Begin()
    {
        toDrop = 0;
        Delivered = 0;
        return Number = 1;
    }

    /// <summary>Counts an output. False for one that an earlier try of the same item has handed on: it must be dropped.</summary>
    public bool IsNew()
    {
        if (toDrop > 0)
        {
            toDrop--;
            return false;
        }

        Delivered++;
        return true;
    }

    public bool TryAgain(Exception exception, out TimeSpan pause)
    {
        pause = TimeSpan.Zero;
        if (Number >= policy.Attempts || policy.When?.Invoke(exception) == false)
            return false;
        Number++;
        toDrop = Delivered;
        pause = policy.PauseBefore(Number);
        return true;
    }
}
