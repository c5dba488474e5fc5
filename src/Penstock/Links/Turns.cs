using Penstock.Waiting;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>
/// The order of a stage with several workers: an output is handed on only while every other worker is busy with a later item.
/// </summary>
/// <remarks>
/// Protocol. Each worker owns one word, in its record: the number of the item it works on. It announces the number before it takes the item,
/// and may announce too low a number, never too high a one, so nobody overtakes an item that is just being taken. A worker
/// without an item shows <see cref="Idle"/>: what it takes next lies behind everything taken so far. Outputs after the end of
/// the input lie behind all items, by worker (<see cref="AfterTheEnd"/>), so they also wait for idle workers. Once a worker
/// has the turn it keeps it until it moves on, since numbers only grow.
/// </remarks>
internal sealed unsafe class Turns
{
    public const long Idle = long.MaxValue - (1L << 32);
    public const long Left = long.MaxValue;

    private readonly WorkerRecord*[] records;

    public Turns(int workers) => records = new WorkerRecord*[workers];

    public int Workers => records.Length;

    /// <summary>Workers that hold an output and wait for their turn.</summary>
    public WaitSet Waiting { get; set; } = new();

    /// <summary>Outputs that wait for their turn without their worker; null where none may.</summary>
    public IEarlyOutputs? Early { get; set; }

    public static long AfterTheEnd(int worker) => Idle + 1 + worker;

    /// <param name="worker">The worker's number.</param>
    /// <param name="record">Its record.</param>
    /// <param name="isNew">Whether it has not begun.</param>
    public void Join(int worker, WorkerRecord* record, bool isNew)
    {
        records[worker] = record;
        if (isNew)
            record->Turn = Idle;
    }

    public long NumberOf(int worker) => Volatile.Read(ref records[worker]->Turn);

    /// <summary>
    /// Shows what the worker works on now, or is about to take; hands on what that makes due, and wakes the worker whose turn it makes it.
    /// </summary>
    public void Show(int worker, long number)
    {
        Volatile.Write(ref records[worker]->Turn, number);
        if (Early is not null)
        {
            Interlocked.MemoryBarrier();
            HandOnEarly();
        }

        if (Waiting.HasWaiting)
            WakeNext();
    }

    /// <summary>Hands on what was made early, as far as its turn has come.</summary>
    public void HandOnEarly()
    {
        if (Early is { IsEmpty: false } early)
            early.HandOn();
    }

    public bool IsTurnOf(int worker) => IsTurnOf(worker, records[worker]->Turn);

    /// <summary>Whether a worker may hand on what belongs to an item.</summary>
    public bool IsTurnOf(int worker, long number)
    {
        for (var other = 0; other < records.Length; other++)
        {
            if (other != worker && Volatile.Read(ref records[other]->Turn) <= number)
                return false;
        }

        return true;
    }

    /// <summary>Whether every worker is past the items below <paramref name="bound"/>.</summary>
    public bool AllAtLeast(long bound)
    {
        foreach (var record in records)
        {
            if (Volatile.Read(ref record->Turn) < bound)
                return false;
        }

        return true;
    }

    private void WakeNext()
    {
        // Two workers that move on at once must not both look at the other's old number and wake nobody.
        Interlocked.MemoryBarrier();
        var next = 0;
        for (var other = 1; other < records.Length; other++)
        {
            if (Volatile.Read(ref records[other]->Turn) < Volatile.Read(ref records[next]->Turn))
                next = other;
        }

        Waiting.Wake(next);
    }
}
