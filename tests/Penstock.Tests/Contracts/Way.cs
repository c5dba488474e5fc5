using Penstock.Tests.Support;

namespace Penstock.Tests.Contracts;

/// <summary>
/// A way to execute. A new one is a subclass: every contract then runs on it. The costly ones share the contracts, so that each contract meets
/// one of them in turn; PENSTOCK_WAYS=all tries them all on each, and PENSTOCK_WAYS=… those with this in their name.
/// </summary>
public abstract class Way
{
    private static int turn;

    public static TheoryData<Way> All => [.. Every];

    /// <summary>Those where what arrives is the very object that was handed on: what is asked of an object can be asked of no copy.</summary>
    public static TheoryData<Way> OfObjects => [.. Every.Where(way => !way.CopiesItems)];

    public virtual bool KeepsOrder => true;

    /// <summary>Whether what arrives is equal to what was handed on, not the very object.</summary>
    public virtual bool CopiesItems => false;

    public virtual RunOptions Options => Patience.NoHurry;

    /// <summary>Whether it takes so long that not every contract is tried on it every time.</summary>
    public virtual bool IsCostly => false;

    /// <summary>How often to try what goes wrong only now and then: less often where one run takes long.</summary>
    public virtual int Rounds(int most) => most;

    /// <summary>How many items to send.</summary>
    public virtual int Items(int most) => most;

    public Pipeline<T> From<T>(Source<T> source)
    {
        var (options, isAsynchronous) = NextSource();
        return source.Open(options with { Name = "source" }, isAsynchronous);
    }

    /// <param name="pipeline">What is before.</param>
    /// <param name="step">What the stage does.</param>
    /// <param name="wanted">The name and the fault policy that the contract needs; all else is the way's.</param>
    public Pipeline<TOut> Then<TIn, TOut>(Pipeline<TIn> pipeline, Step<TIn, TOut> step, StageOptions? wanted = null)
    {
        var (options, isAsynchronous) = NextStage();
        return step.Behind(pipeline, options with { Name = wanted?.Name ?? "step", Faults = wanted?.Faults ?? FaultPolicy.Stop }, isAsynchronous);
    }

    /// <summary>What came out, in an order that can be compared.</summary>
    public IEnumerable<int> Comparable(IEnumerable<int> items) => KeepsOrder ? items : items.Order();

    public override string ToString() => GetType().Name;

    protected virtual (StageOptions Options, bool IsAsynchronous) NextSource() => (new StageOptions(), false);

    protected abstract (StageOptions Options, bool IsAsynchronous) NextStage();

    private static IEnumerable<Way> Every
    {
        get
        {
            Way[] ways = [.. typeof(Way).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Way)) && !t.IsAbstract).OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => (Way)Activator.CreateInstance(t)!)];
            if (Environment.GetEnvironmentVariable("PENSTOCK_WAYS") is { Length: > 0 } wanted)
                return ways.Where(way => wanted is "all" || way.ToString().Contains(wanted, StringComparison.OrdinalIgnoreCase));
            Way[] costly = [.. ways.Where(way => way.IsCostly)];
            return ways.Except(costly).Append(costly[Interlocked.Increment(ref turn) % costly.Length]);
        }
    }
}
