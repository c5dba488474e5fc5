using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Penstock.Waiting;

/// <summary>
/// Bridges a short wait without parking: yields the processor, then the caller parks. Waking a parked thread costs some 25 to 50 µs, a
/// yield less than half of one where nobody else wants the processor, and else the other side may be who gets it. So the largest budget costs
/// about what it may save. How often to yield is learnt: each success doubles the budget, each failure halves it.
/// </summary>
/// <remarks>
/// Where strangers want all processors (<see cref="Crowding"/>) a yield costs milliseconds. There the caller parks at once, and its thread is
/// no batch work, so that whoever wakes it can have it interrupt a stranger.
/// </remarks>
/// <param name="crowding">Whether that is so.</param>
[StructLayout(LayoutKind.Auto)]
internal struct Spinner(Crowding crowding)
{
    private const int MostYields = 100;
    private const int FewestYields = 2;

    private const int SamplePeriod = 8; // the yields of one wait of so many are measured: the clock takes a tenth of a yield's time

    private int budget = MostYields;
    private int tries;

    public Spinner()
        : this(Crowding.OfMachine)
    {
    }

    public bool Try(ICondition condition)
    {
        var isCrowded = crowding.IsCrowded;
        BatchScheduling.Suspend(isCrowded);
        if (isCrowded)
            return false;
        tries++;
        for (var i = 0; i < budget && !crowding.IsCrowded; i++)
        {
            Yield();
            if (condition.IsWorthwhile())
            {
                budget = Math.Min(budget * 2, MostYields);
                return true;
            }
        }

        budget = Math.Max(budget / 2, FewestYields);
        return false;
    }

    private readonly void Yield()
    {
        if (tries % SamplePeriod != 0)
        {
            Thread.Yield();
            return;
        }

        var began = Stopwatch.GetTimestamp();
        Thread.Yield();
        crowding.OnYielded(Stopwatch.GetElapsedTime(began), SamplePeriod);
    }
}

/// <summary>What a worker waits for.</summary>
internal interface ICondition
{
    bool IsMet();

    /// <summary>
    /// Asked while the worker yields anyway: whether it should go on now, or let the other side, which is making progress,
    /// prepare a little more, so that the next wait is further away.
    /// </summary>
    bool IsWorthwhile() => IsMet();
}
