using Penstock.SharedMemory;
using Penstock.Workers;

namespace Penstock.Waiting;

/// <summary>A task of another process: that one is told to wake it.</summary>
/// <param name="memory">The worker's record.</param>
/// <param name="bell">Where that process listens.</param>
internal sealed unsafe class DistantTaskWaiter(FixedMemory memory, Bell bell) : Waiter(memory)
{
    private readonly FixedMemory memory = memory;

    public override ValueTask WaitAsync(int milliseconds = Timeout.Infinite) => throw new InvalidOperationException("Only its own process waits here.");

    // In one step: who rings may die before the next.
    protected override bool TryWake(int state)
    {
        if (!IsWaiting(state))
            return false;
        Volatile.Write(ref ((WorkerRecord*)memory.Address)->IsToBeWoken, 1);
        bell.Ring();
        return true;
    }

    protected override void Resume() => throw new InvalidOperationException("Only its own process resumes it.");
}
