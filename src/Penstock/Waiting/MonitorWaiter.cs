namespace Penstock.Waiting;

/// <summary>Parks a thread with what every platform has.</summary>
internal sealed class MonitorWaiter : Waiter
{
    private readonly object gate = new();
    private int state;

    protected override ref int State => ref state;

    public override ValueTask WaitAsync()
    {
        lock (gate)
        {
            while (IsWaiting(Volatile.Read(ref state)))
                Monitor.Wait(gate);
        }

        return ValueTask.CompletedTask;
    }

    protected override void Resume()
    {
        lock (gate)
            Monitor.PulseAll(gate);
    }
}
