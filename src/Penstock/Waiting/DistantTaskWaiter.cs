using Penstock.SharedMemory;
using Penstock.Workers;

namespace Penstock.Waiting;

/// <summary>A task of another process: that one is told to resume it.</summary>
/// <param name="memory">The worker's record.</param>
/// <param name="bell">Where that process listens.</param>
internal sealed unsafe class DistantTaskWaiter(FixedMemory memory, Bell bell) : Waiter(memory)
{
    private readonly FixedMemory memory = memory;

    public override ValueTask WaitAsync(int milliseconds = Timeout.Infinite) => throw new InvalidOperationException("Only its own process waits here.");

    protected override void Resume()
    {
        Volatile.Write(ref ((WorkerRecord*)memory.Address)->IsToBeResumed, 1);
        bell.Ring();
    }
}
