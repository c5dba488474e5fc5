namespace Penstock.Waiting;

/// <summary>
/// The place where one worker sleeps: a thread parked in the kernel, or the continuation of a task.
/// </summary>
/// <remarks>
/// Protocol. The worker: <see cref="Announce"/>; a full fence; check the condition once more and <see cref="Wake"/> itself if it
/// holds; <see cref="WaitAsync"/>. Anyone who makes the condition true: write it, then wake. Either the worker's check sees the
/// write, or the waker sees the announcement. The state word counts announcements, so a wake-up meant for an earlier wait
/// cannot be taken for this one. Every announcement must be followed by one WaitAsync.
/// </remarks>
internal abstract class Waiter
{
    /// <summary>The set the worker waits in. Written by the worker before it announces, read by wakers after the state.</summary>
    public WaitSet? Set { get; private set; }

    /// <summary>Even: awake. Odd: waiting. Each announcement makes it odd, each wake-up even.</summary>
    protected abstract ref int State { get; }

    public void Announce(WaitSet? set)
    {
        Set = set;
        Interlocked.Increment(ref State);
    }

    /// <summary>Wakes the worker if it waits, whatever it waits for.</summary>
    public bool Wake()
    {
        var state = Volatile.Read(ref State);
        return TryWake(state);
    }

    /// <summary>Wakes the worker if it waits in <paramref name="set"/>.</summary>
    public bool WakeFrom(WaitSet set)
    {
        var state = Volatile.Read(ref State);
        return IsWaiting(state) && Set == set && TryWake(state);
    }

    /// <summary>Returns when the worker has been woken since it announced itself. Threads block in here, and return a completed task.</summary>
    /// <param name="milliseconds">The longest wait, for threads; tasks wait until they are woken.</param>
    public abstract ValueTask WaitAsync(int milliseconds = Timeout.Infinite);

    protected static bool IsWaiting(int state) => (state & 1) != 0;

    /// <summary>Resumes the worker; called once an announcement, by whoever made the state even.</summary>
    protected abstract void Resume();

    private bool TryWake(int state)
    {
        if (!IsWaiting(state) || Interlocked.CompareExchange(ref State, unchecked(state + 1), state) != state)
            return false;
        Resume();
        return true;
    }
}
