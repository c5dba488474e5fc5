using System.Diagnostics;
using Penstock.Waiting;

namespace Penstock.Stages.Crews;

// On which processors the threads are, so that no two keep to the same while another is idle.
internal abstract partial class Crew
{
    private const int MovingPeriod = 5; // milliseconds: so it never costs more than a hundredth of the time

    private long movedAt;

    /// <summary>
    /// Under the gate, when a seat's thread is about to yield: whether it should go elsewhere, and if so, how many processors it finds taken by
    /// others of the crew. That is a helper's, on one of those: by yielding to each other both would stay there. Moving costs some 50 µs.
    /// </summary>
    /// <param name="seat">The seat.</param>
    /// <param name="processors">Is filled with those. With room for one of each thread.</param>
    public int FindTaken(Seat seat, Span<int> processors)
    {
        if (seat == Consumer || !AreStepsShared || seat.Processor == Processors.Unknown || Stopwatch.GetElapsedTime(movedAt).TotalMilliseconds < MovingPeriod)
            return 0;
        var count = 0;
        if (!IsConsumerTask && IsAtWork(Consumer))
            processors[count++] = Consumer.Processor;
        foreach (var (other, _) in helpers)
        {
            if (other != seat && IsAtWork(other))
                processors[count++] = other.Processor;
        }

        if (!processors[..count].Contains(seat.Processor))
            return 0;
        movedAt = Stopwatch.GetTimestamp();
        return count;
    }

    private bool IsAtWork(Seat seat) => !seat.IsAsleep && !seat.IsInSource && (seat.IsInside || seat == Consumer);
}
