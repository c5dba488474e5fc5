using Microsoft.Extensions.Time.Testing;

namespace Penstock.Tests.Support;

/// <summary>A clock that the test moves, and that knows its timers.</summary>
internal sealed class TestClock : FakeTimeProvider
{
    private readonly Lock gate = new();
    private readonly List<TimeSpan> made = [];
    private readonly List<(TimeSpan Due, int Count, TaskCompletionSource Seen)> awaited = [];
    private int live;
    private long advanced; // ticks

    /// <summary>Timers that were made and not disposed.</summary>
    public int LiveTimers => Volatile.Read(ref live);

    /// <summary>Completes when so many timers have been made that ring after this time.</summary>
    public Task TimerOf(TimeSpan due, int count = 1)
    {
        lock (gate)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            awaited.Add((due, count, seen));
            Notice();
            return seen.Task;
        }
    }

    // Whoever reads the clock of the base class also rings its timers. A worker that does, and loses the processor then, would keep them
    // from ringing while the test goes on to advance it: several steps would ring them once.
    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Start.UtcTicks + Volatile.Read(ref advanced);

    public new void Advance(TimeSpan step)
    {
        Interlocked.Add(ref advanced, step.Ticks);
        base.Advance(step);
    }

    public void AdvanceBy(TimeSpan step, int times)
    {
        for (var i = 0; i < times; i++)
            Advance(step);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref live);
        var timer = new CountedTimer(base.CreateTimer(callback, state, dueTime, period), this);
        lock (gate)
        {
            made.Add(dueTime);
            Notice();
        }

        return timer;
    }

    private void Notice()
    {
        foreach (var (due, count, seen) in awaited)
        {
            if (made.Count(d => d == due) >= count)
                seen.TrySetResult();
        }
    }

    private sealed class CountedTimer(ITimer inner, TestClock clock) : ITimer
    {
        private int disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, period);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
                Interlocked.Decrement(ref clock.live);
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
