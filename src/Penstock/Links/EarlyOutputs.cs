using Penstock.Workers;

namespace Penstock.Links;

/// <summary>
/// What the workers of an ordered stage have made before its turn, so that they need not wait with it in their hands. Each output lies
/// in the slot that its worker has taken for it, and is handed on by whoever sees that its turn has come.
/// </summary>
/// <remarks>
/// Only so many are kept that every worker still finds a slot of its own: the one whose turn it is always gets on. Protocol: a
/// worker moves on, then looks whether something is kept; another keeps something, then looks whether its turn has come. A
/// fence lies between on both sides, so one of the two sees the other. The lock is held while outputs are handed on, and the count falls
/// behind that: who has its turn and sees nothing kept comes behind all of them.
/// </remarks>
internal sealed class EarlyOutputs<T> : IEarlyOutputs
{
    private readonly Link<T> link;
    private readonly RunningStage stage;
    private readonly Turns turns;
    private readonly int room;
    private readonly Lock gate = new();
    private readonly Queue<Output>[] kept; // by worker: each makes its outputs in order
    private int count;

    private EarlyOutputs(Link<T> link, RunningStage stage, Turns turns, int room)
    {
        (this.link, this.stage, this.turns, this.room) = (link, stage, turns, room);
        kept = new Queue<Output>[turns.Workers];
        for (var worker = 0; worker < kept.Length; worker++)
            kept[worker] = new Queue<Output>();
    }

    public bool IsEmpty => Volatile.Read(ref count) == 0;

    /// <summary>For a stage and its output; null if there is no room beside a slot for each worker.</summary>
    public static EarlyOutputs<T>? For(Link<T> link, RunningStage stage, Turns turns) =>
        link.Capacity - turns.Workers is > 0 and var room ? new(link, stage, turns, room) : null;

    /// <summary>Keeps an output until its turn has come. False if there is no room.</summary>
    public bool TryKeep(int worker, long number, int slot, T item, Lineage? lineage)
    {
        lock (gate)
        {
            if (count == room)
                return false;
            lineage?.Retain(); // the worker may be done with the item before the output is handed on
            kept[worker].Enqueue(new Output(number, slot, item, lineage));
            Interlocked.Increment(ref count);
            HandOnDue();
            return true;
        }
    }

    public void HandOn()
    {
        lock (gate)
            HandOnDue();
    }

    public void Dispose(Action<Exception> onError)
    {
        var left = new List<Output>();
        lock (gate)
        {
            foreach (var queue in kept)
            {
                left.AddRange(queue);
                queue.Clear();
            }

            count = 0;
        }

        foreach (var output in left) // with the user's code, so not under the lock
        {
            link.ReturnSlot(output.Slot);
            Undelivered.Dispose(output.Item, onError);
            output.Lineage?.Release();
        }
    }

    private void HandOnDue()
    {
        while (count > 0)
        {
            var worker = First();
            var number = kept[worker].Peek().Number;
            if (!turns.IsTurnOf(worker, number) || number >= stage.Bound)
                return; // what lies behind the stage's end stays until the run's
            var output = kept[worker].Dequeue();
            link.HandOn(output.Slot, output.Item, output.Lineage, size: 0);
            output.Lineage?.Release();
            Volatile.Write(ref count, count - 1);
        }
    }

    // The worker with the earliest output.
    private int First()
    {
        var (first, lowest) = (-1, long.MaxValue);
        for (var worker = 0; worker < kept.Length; worker++)
        {
            if (kept[worker].TryPeek(out var output) && output.Number < lowest)
                (first, lowest) = (worker, output.Number);
        }

        return first;
    }

    private readonly record struct Output(long Number, int Slot, T Item, Lineage? Lineage);
}

/// <summary>The same, whatever flows: how it is told that a worker has moved on.</summary>
internal interface IEarlyOutputs
{
    bool IsEmpty { get; }

    /// <summary>Hands on all whose turn has come.</summary>
    void HandOn();
}
