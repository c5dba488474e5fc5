using Penstock.SharedMemory;

namespace Penstock.Waiting;

/// <summary>Parks a thread with what every platform has.</summary>
internal sealed class MonitorWaiter(FixedMemory memory) : Waiter(memory)
{
    private readonly object gate = new();

    public override ValueTask WaitAsync(int milliseconds = Timeout.Infinite)
    {
        lock (gate)
        {
            while (IsWaiting(Volatile.Read(ref State)))
            {
                if (!Monitor.Wait(gate, milliseconds))
                    Wake();
            }
        }

        return ValueTask.CompletedTask;
    }

    protected override void Resume()
    {
        lock (gate)
            Monitor.PulseAll(gate);
    }
}
