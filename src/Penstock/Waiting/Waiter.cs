using Penstock.SharedMemory;
using Penstock.Workers;

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
internal abstract unsafe class Waiter(FixedMemory memory)
{
    // Kept here, too: wakers may still look at a waiter whose worker is gone.
    private readonly FixedMemory memory = memory;
    private readonly WorkerRecord* record = (WorkerRecord*)memory.Address;

    /// <summary>For a thread of this process.</summary>
    public static Waiter ForThread(FixedMemory memory, bool isPortable = false) =>
        memory.IsShared || (FutexWait.IsSupported && !isPortable) ? new WordWaiter(memory) : new MonitorWaiter(memory);

    protected ref int State => ref record->WaitState;

    public void Announce(int set)
    {
        record->WaitSet = set;
        Interlocked.Increment(ref State);
    }

    /// <summary>Wakes the worker if it waits, whatever it waits for.</summary>
    public bool Wake() => TryWake(Volatile.Read(ref State));

    /// <summary>Wakes the worker if it waits in a set.</summary>
    public bool WakeFrom(int set)
    {
        var state = Volatile.Read(ref State);
        return IsWaiting(state) && record->WaitSet == set && TryWake(state);
    }

    /// <summary>Returns when the worker has been woken since it announced itself. Threads block in here, and return a completed task.</summary>
    /// <param name="milliseconds">The longest wait, for threads; tasks wait until they are woken.</param>
    public abstract ValueTask WaitAsync(int milliseconds = Timeout.Infinite);

    /// <summary>Resumes the worker if it has been woken without being resumed, since who woke it has died in between.</summary>
    public virtual void Nudge()
    {
    }

    protected static bool IsWaiting(int state) => (state & 1) != 0;

    /// <summary>Resumes the worker; called once an announcement, by whoever made the state even.</summary>
    protected abstract void Resume();

    protected virtual bool TryWake(int state)
    {
        if (!IsWaiting(state) || Interlocked.CompareExchange(ref State, unchecked(state + 1), state) != state)
            return false;
        Resume();
        return true;
    }
}
