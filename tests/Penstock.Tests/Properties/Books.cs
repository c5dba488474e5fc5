using System.Collections.Concurrent;

namespace Penstock.Tests.Properties;

/// <summary>What user code saw in one run: items, generators, timers, and whatever broke a promise.</summary>
internal sealed class Books : TimeProvider
{
    // The engine's grace and stop clocks would make an outcome depend on the machine's load. Backoffs and batch delays are shorter.
    private static readonly TimeSpan LongestRealTimer = TimeSpan.FromMilliseconds(400);

    private readonly ConcurrentQueue<string> complaints = new();
    private readonly ConcurrentQueue<Token> tokens = new();
    private readonly ConcurrentQueue<Life> lives = new();
    private int openTimers;

    public ConcurrentQueue<string> DeadLetters { get; } = new();

    public void Add(Token token) => tokens.Enqueue(token);

    public void Complain(string complaint) => complaints.Enqueue(complaint);

    public Life Begin(string name, Gauge? output)
    {
        var life = new Life(name, output);
        lives.Enqueue(life);
        return life;
    }

    /// <summary>Everything that is wrong once the run is over.</summary>
    public IReadOnlyList<string> Complaints()
    {
        var open = Volatile.Read(ref openTimers) == 0 ? [] : new[] { $"{openTimers} timers were not disposed" };
        return [.. complaints, .. tokens.Select(t => t.Complaint).OfType<string>(), .. lives.Select(l => l.Complaint).OfType<string>(), .. open];
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref openTimers);
        return new CountedTimer(this, dueTime < LongestRealTimer ? base.CreateTimer(callback, state, dueTime, period) : null);
    }

    private sealed class CountedTimer(Books books, ITimer? inner) : ITimer
    {
        private int disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) => inner?.Change(dueTime, period) ?? true;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
                Interlocked.Decrement(ref books.openTimers);
            inner?.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>One generator from its first line to its finally, with the slots it occupies.</summary>
internal sealed class Life(string name, Gauge? output)
{
    private Gauge? input;
    private bool isProducing;
    private int ends;

    public string? Complaint => Volatile.Read(ref ends) == 1 ? null : $"a generator of {name} ran its finally {ends} times";

    /// <summary>The generator was resumed, to produce an item.</summary>
    public void Resumed()
    {
        if (isProducing)
            return;
        isProducing = true;
        output?.Enter();
    }

    public void Hold(Token item)
    {
        input?.Leave();
        input = item.Received();
    }

    /// <summary>Call before the next item is asked for.</summary>
    public void LetGo()
    {
        input?.Leave();
        input = null;
    }

    public Token Yield(Token item)
    {
        var slot = isProducing ? output : null;
        isProducing = false;
        return item.Yielded(slot);
    }

    public void End()
    {
        Interlocked.Increment(ref ends);
        if (isProducing)
            output?.Leave();
        isProducing = false;
        LetGo();
    }
}
