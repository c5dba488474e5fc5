namespace Penstock.Waiting;

/// <summary>
/// Bridges a short wait without parking: yields the processor, then the caller parks. Waking a parked thread costs some 25 to 50 µs, a
/// yield less than half of one where nobody else wants the processor, and else the other side may be who gets it. So the largest budget costs
/// about what it may save. How often to yield is learnt: each success doubles the budget, each failure halves it.
/// </summary>
internal struct Spinner()
{
    private const int MostYields = 100;
    private const int FewestYields = 2;

    private int budget = MostYields;

    public bool Try(ICondition condition)
    {
        for (var i = 0; i < budget; i++)
        {
            Thread.Yield();
            if (condition.IsWorthwhile())
            {
                budget = Math.Min(budget * 2, MostYields);
                return true;
            }
        }

        budget = Math.Max(budget / 2, FewestYields);
        return false;
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
