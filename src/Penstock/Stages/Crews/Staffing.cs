namespace Penstock.Stages.Crews;

/// <summary>
/// Decides by what a step of the workers costs how many threads help the consumer with it: none while a step costs less than passing
/// the work around, one for each further processor while a thread more would only take turns with the others, else all that find work.
/// </summary>
/// <param name="workers">The workers of the stage.</param>
/// <param name="frequency">Ticks of the clock per second.</param>
/// <remarks>
/// The figures are those of <see cref="Penstock.Workers.Lead"/>, for the same reasons. A crew begins with a helper for each processor, so that
/// of cheap steps no more workers have items than are needed: what a worker has begun with it keeps until its generator asks again.
/// </remarks>
internal class Staffing(int workers, long frequency)
{
    // One step of so many is measured, once it is known what they cost.
    private const int SamplePeriod = 8;

    // After so many steps that were neither cheap nor costly, that is what they are.
    private const int MostUnknown = 32;

    // One step counts so little that a thread that lost its processor once changes nothing.
    private const int Smoothing = 16;

    // Each pair apart from each other, so that not every step changes the number.
    private readonly long cheapBelow = frequency / 1_000_000; // 1 µs
    private readonly long shareFrom = frequency / 500_000; // 2 µs
    private readonly long fewBelow = frequency / 80_000; // 12.5 µs
    private readonly long costlyFrom = frequency / 40_000; // 25 µs

    private readonly long longest = frequency / 8_000; // 125 µs, as far as it counts
    private readonly long stint = frequency / 10_000; // 100 µs: so long may the consumer leave outputs that come meanwhile

    private readonly int all = workers + 1; // while one is in the source, each worker has a thread
    private readonly int few = Math.Min(Environment.ProcessorCount - 1, workers + 1);

    // Between cheap and costly: two long steps make it costly, but a single one, in which the runtime has compiled the code, does not.
    private double cost = frequency / 62_500d; // 16 µs
    private double pull;
    private bool isKnown;
    private int unknown;
    private int helpers = Math.Min(Environment.ProcessorCount, workers + 1);

    /// <summary>Threads that may be at work beside the consumer.</summary>
    public virtual int Helpers => helpers;

    /// <summary>Whether the consumer's thread takes part while it waits: a step is known to keep it no longer than to be woken would.</summary>
    public virtual bool ConsumerHelps => isKnown && helpers < all;

    /// <summary>Whether what takes so many ticks takes less than passing it around would.</summary>
    public virtual bool IsQuick(long ticks) => ticks < shareFrom;

    /// <summary>How many items a worker may be given at once.</summary>
    public virtual int Together => (int)Math.Clamp(stint / cost, 1, Stint.Longest);

    /// <summary>Whether this step is to be measured.</summary>
    public bool IsDue(long step) => !isKnown || step % SamplePeriod == 0;

    /// <summary>An item has taken its source so many ticks, which are to be added to those of each step.</summary>
    public void ReportPull(long ticks) => pull += (Math.Min(ticks, longest) - pull) / Smoothing;

    /// <summary>A step has taken so many ticks, without the source.</summary>
    public virtual void Report(long ticks)
    {
        cost += (Math.Min(ticks + pull, longest) - cost) / Smoothing;
        isKnown |= cost < fewBelow || cost >= costlyFrom || ++unknown == MostUnknown;
        if (isKnown)
            helpers = cost < (helpers == 0 ? shareFrom : cheapBelow) ? 0 : cost < (helpers == all ? fewBelow : costlyFrom) ? few : all;
    }
}
