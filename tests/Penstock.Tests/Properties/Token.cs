namespace Penstock.Tests.Properties;

/// <summary>An item that knows in whose hands it is, so that a lost one, or one disposed twice, gives itself away.</summary>
internal sealed class Token : IDisposable
{
    private readonly Books books;
    private int isWithEngine;
    private int disposals;
    private Gauge? slot;

    public Token(Books books, int value)
    {
        this.books = books;
        Value = value;
        books.Add(this);
    }

    public int Value { get; }

    /// <summary>What is wrong with this item when the run is over; null if nothing is.</summary>
    public string? Complaint => (isWithEngine, disposals) switch
    {
        (1, 0) => $"item {Value} was not delivered, and not disposed",
        (0, > 0) => $"item {Value} was disposed although user code had it",
        (_, > 1) => $"item {Value} was disposed {disposals} times",
        _ => null,
    };

    /// <summary>User code hands the item to the engine, in the slot that its generator was resumed with.</summary>
    public Token Yielded(Gauge? from)
    {
        slot = from;
        Volatile.Write(ref isWithEngine, 1);
        return this;
    }

    /// <summary>User code has the item. Returns the slot it still occupies; its new owner leaves it when it asks for its next item.</summary>
    public Gauge? Received()
    {
        if (Volatile.Read(ref disposals) > 0)
            books.Complain($"item {Value} was delivered after it was disposed");
        Volatile.Write(ref isWithEngine, 0);
        return Interlocked.Exchange(ref slot, null);
    }

    public void Dispose()
    {
        if (Volatile.Read(ref isWithEngine) == 0)
            books.Complain($"item {Value} was disposed in user code's hands");
        Interlocked.Increment(ref disposals);
        Interlocked.Exchange(ref slot, null)?.Leave();
    }
}

/// <summary>Counts what exists on one link as user code sees it: never more than the slots that are taken.</summary>
internal sealed class Gauge(Books books, string name, int limit)
{
    private int count;

    public void Enter()
    {
        var now = Interlocked.Increment(ref count);
        if (now > limit)
            books.Complain($"{now} items exist on the link behind {name}, which has MaxInFlight = {limit}");
    }

    public void Leave() => Interlocked.Decrement(ref count);
}
