using System.Diagnostics.CodeAnalysis;

namespace Penstock.Hosting.Workers;

/// <summary>The time that the host grants a worker to end, from the moment it begins to stop, and what each step may take of it.</summary>
/// <remarks>
/// <code>
/// stopping ──── finish jobs ────→ aborting ── stages leave ──→ processes are killed ── jobs are given back ──→ over
///                  75 %                           10 %                 1 s                    15 %
/// </code>
/// The percentages are of what remains without the second that the death of a killed process may take to be noticed.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Tokens that outlive their timers hold nothing to dispose.")]
internal sealed class Shutdown(TimeSpan timeout, TimeProvider time)
{
    private const double DrainShare = 0.75;
    private const double StopShare = 0.1;

    /// <summary>For giving jobs back, where the host does not wait as long as it had said.</summary>
    public static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Death = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource aborting = new();
    private readonly CancellationTokenSource over = new();
    private readonly TimeSpan rest = timeout >= 2 * Death ? timeout - Death : timeout / 2;
    private ITimer? abortTimer;
    private ITimer? overTimer;
    private volatile ITimer? endTimer;
    private int hasBegun;

    /// <summary>For finishing jobs.</summary>
    public TimeSpan Drain => HasLimit ? rest * DrainShare : timeout;

    /// <summary>Signalled when jobs that are not finished are to be dropped.</summary>
    public CancellationToken Aborting => aborting.Token;

    /// <summary>Signalled when nobody waits any more: what has not been told to the queue by then never will be.</summary>
    public CancellationToken Over => over.Token;

    private bool HasLimit => timeout != Timeout.InfiniteTimeSpan;

    /// <summary>How long stages may take to leave after an abort.</summary>
    public TimeSpan StopTimeout(TimeSpan wanted) => HasLimit && wanted > rest * StopShare ? rest * StopShare : wanted;

    /// <summary>How long the queue may take to end its pull, see <see cref="RunOptions.SourceTimeout"/>: as long as there are jobs to finish.</summary>
    public TimeSpan? SourceTimeout => HasLimit ? Timeout.InfiniteTimeSpan : null;

    /// <summary>Starts the clocks.</summary>
    /// <returns>False if that was done before.</returns>
    public bool TryBegin()
    {
        if (Interlocked.Exchange(ref hasBegun, 1) == 1)
            return false;
        if (HasLimit)
        {
            abortTimer = SignalAfter(Drain, aborting);
            overTimer = SignalAfter(timeout, over);
        }

        return true;
    }

    /// <summary>The host waits no longer, whatever the clocks say: jobs are dropped now, and given back while it goes on.</summary>
    public void End()
    {
        aborting.Cancel();
        endTimer = SignalAfter(LastWait, over);
    }

    /// <summary>The worker has ended: nothing is signalled any more.</summary>
    public void StopClocks()
    {
        abortTimer?.Dispose();
        overTimer?.Dispose();
        endTimer?.Dispose();
    }

    private ITimer SignalAfter(TimeSpan pause, CancellationTokenSource token) =>
        time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), token, pause, Timeout.InfiniteTimeSpan);
}
