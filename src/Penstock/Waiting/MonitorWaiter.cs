namespace Penstock.Waiting;

/// <summary>Parks a thread with what every platform has.</summary>
internal sealed class MonitorWaiter : Waiter
{
    private readonly object gate = new();
    private int state;

    protected override ref int State => ref state;

    public override ValueTask WaitAsync(int milliseconds = Timeout.Infinite)
    {
        lock (gate)
        {
            while (IsWaiting(Volatile.Read(ref state)))
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
