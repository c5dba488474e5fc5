using Penstock.Waiting;

namespace Penstock.Workers;

/// <summary>Wakes a worker after a time; one allocation a use, so only for waits that take long anyway.</summary>
internal sealed class Alarm : ICondition, IDisposable
{
    private readonly Worker worker;
    private readonly ITimer? timer;
    private bool rung;

    public Alarm(TimeProvider time, Worker worker, TimeSpan delay)
    {
        this.worker = worker;
        timer = time.RingAfter(delay, Ring);
    }

    public bool HasRung => Volatile.Read(ref rung);

    public bool IsMet() => HasRung || worker.IsStopping;

    public void Dispose() => timer?.Dispose();

    private void Ring()
    {
        Volatile.Write(ref rung, true);
        Interlocked.MemoryBarrier();
        worker.Waiter.Wake();
    }
}
