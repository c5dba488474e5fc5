namespace Penstock.Waiting;

/// <summary>
/// Bridges a short wait without the kernel: a few looks at the condition, then yields of the processor, then the caller parks.
/// Waking a parked thread costs some 25 to 50 µs, a yield less than one, so yielding pays where the other side is about to
/// deliver. How often to yield is learnt: each success doubles the budget, each failure halves it.
/// </summary>
internal struct Spinner()
{
    private static readonly int Looks = int.Parse(Environment.GetEnvironmentVariable("LOOKS") ?? "10");
    private static readonly int MostYields = int.Parse(Environment.GetEnvironmentVariable("YIELDS") ?? "20");
    private static readonly int Min = int.Parse(Environment.GetEnvironmentVariable("MINY") ?? "20");

    // Two threads on one processor cannot both make progress: looking twice is useless there.
    private static readonly bool SpinningPays = Environment.ProcessorCount > 1;

    private int budget = int.Parse(Environment.GetEnvironmentVariable("YIELDS") ?? "20");

    public bool Try<TCondition>(TCondition condition)
        where TCondition : ICondition
    {
        if (SpinningPays)
        {
            for (var i = 0; i < Looks; i++)
            {
                if (condition.IsMet())
                    return true;
                Thread.SpinWait(4);
            }
        }

        for (var i = 0; i < budget; i++)
        {
            Thread.Yield();
            if (condition.IsMet())
            {
                budget = Math.Min(budget * 2, MostYields);
                return true;
            }
        }

        budget = Math.Max(budget / 2, Min);
        return false;
    }
}

/// <summary>What a worker waits for. Implemented by structs, so that asking costs a plain call.</summary>
internal interface ICondition
{
    bool IsMet();
}
