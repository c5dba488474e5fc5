using System.Collections;
using System.Runtime.CompilerServices;
using Penstock.Faults;
using Penstock.Links;
using Penstock.Workers;

namespace Penstock.Stages.Ahead;

/// <summary>
/// The items of a stage without a thread of its own. Whoever asks for one resumes the stage's generator, at the price of a
/// function call; while items cost more than a wake-up on both sides, a pump resumes it ahead of the asking.
/// </summary>
/// <param name="items">What comes from the stage's generator.</param>
/// <param name="worker">In whose worker all of this happens.</param>
/// <param name="name">The stage's name.</param>
/// <param name="capacity">How many items may exist at once.</param>
/// <param name="stopping">Signals the token of the stages before, once nobody needs their items.</param>
internal sealed class RunAhead<T>(InnerItems<T>.Passage items, Worker worker, string name, int capacity, CancellationTokenSource stopping) : IEnumerator<T>, IPassage
{
    private readonly TimeProvider time = worker.Stage.Run.Time;

    // Used by the consumer alone.
    private readonly Pace pace = worker.Stage.Run.Options.CreatePace?.Invoke() ?? new(worker.Stage.Run.Time.TimestampFrequency);
    private int untilSample = 1;
    private long producing;
    private long returnedAt;
    private bool isAhead;
    private bool hasItem;
    private bool isDisposed;
    private volatile bool isGuarded;
    private Taken<T> taken;

    // Made at the first need.
    private Pump<T>? pump;

    public T Current => isAhead ? taken.Item : items.Current;

    object? IEnumerator.Current => Current;

    public Exception? Swallowed => pump is { HasFailed: true } ? pump.Thrown : items.Swallowed;

    public bool HidesFailure => pump is { HasFailed: true, Thrown: null };

    public Exception? FailedDispose => items.FailedDispose ?? pump?.FailedCleanup;

    // A loop that never goes round, for the reason given in Passage.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        while (--untilSample > 0)
            return items.MoveNext();
        return isAhead ? TakeNext() : MoveNextMeasured();
    }

    public void Guard()
    {
        items.Guard();
        isGuarded = true;
        Interlocked.MemoryBarrier(); // or whoever makes a pump sees it
        pump?.Wake();
    }

    public void Reset() => items.Reset();

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        if (pump is not null)
        {
            stopping.SignalApart(worker.Stage.Run.Log);
            if (!pump.End())
                return;
        }

        items.Dispose();
    }

    // Two askings in a row are measured: the first for what production costs, the second for what came in between.
    private bool MoveNextMeasured()
    {
        var asked = time.GetTimestamp();
        var isCostly = true;
        if (producing > 0 && pace.IsTimeToRunAhead(producing, asked - returnedAt, out isCostly) && TryGoAhead())
            return TakeNext();
        if (!isCostly)
        {
            producing = 0;
            untilSample = Pace.SamplePeriod;
            return items.MoveNext();
        }

        var more = items.MoveNext();
        returnedAt = time.GetTimestamp();
        producing = Math.Max(returnedAt - asked, 1);
        untilSample = 1;
        return more;
    }

    private bool TryGoAhead()
    {
        if (pump is null)
        {
            Volatile.Write(ref pump, new Pump<T>(items, worker, name, capacity));
            Interlocked.MemoryBarrier();
            if (isGuarded)
                pump.Wake();
        }

        isAhead = pump.TryStart();
        return isAhead;
    }

    private bool TakeNext()
    {
        untilSample = 1;
        var asked = time.GetTimestamp();
        if (hasItem)
            Free();
        if (pace.IsTimeToRest(pump!.Producing, asked - returnedAt))
            pump.Rest();
        while (!pump!.TryTake(ref taken))
        {
            if (!pump.IsOver)
                continue;
            (isAhead, producing, untilSample) = (false, 0, Pace.SamplePeriod);
            return !pump.HasEnded && items.MoveNext();
        }

        hasItem = true;
        returnedAt = time.GetTimestamp();
        return true;
    }

    private void Free()
    {
        hasItem = false;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            taken.Item = default!;
        pump!.Free(taken.Slot);
    }
}
