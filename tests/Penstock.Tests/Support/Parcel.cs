namespace Penstock.Tests.Support;

/// <summary>Where parcels come from: knows which have been disposed, and how often.</summary>
internal sealed class Depot
{
    private int made;
    private int disposed;
    private int disposedTwice;

    private readonly Pulse returns = new();

    public int Made => Volatile.Read(ref made);

    public int Disposed => Volatile.Read(ref disposed);

    public int DisposedTwice => Volatile.Read(ref disposedTwice);

    public Parcel Make(int number)
    {
        Interlocked.Increment(ref made);
        return new Parcel(this, number);
    }

    public AsyncParcel MakeAsync(int number) => new(Make(number));

    public void Return(bool again)
    {
        Interlocked.Increment(ref again ? ref disposedTwice : ref disposed);
        returns.Beat();
    }

    /// <summary>Waits until all parcels but so many were disposed.</summary>
    public Task UntilAllAreBackBut(int kept) => returns.Until(() => Made - Disposed == kept);

    public IEnumerable<Parcel> Parcels(int count = int.MaxValue) => Enumerable.Range(0, count).Select(Make);

    /// <summary>Every parcel was disposed, by the engine or by whoever was given it, and only once.</summary>
    public void MustHaveEverythingBack()
    {
        Assert.Equal(Made, Disposed);
        Assert.Equal(0, DisposedTwice);
    }
}

/// <summary>An item that wants to be disposed.</summary>
internal sealed class Parcel(Depot depot, int number) : IDisposable
{
    private int disposals;

    public int Number { get; } = number;

    public bool IsDisposed => Volatile.Read(ref disposals) > 0;

    public void Dispose() => depot.Return(again: Interlocked.Increment(ref disposals) > 1);
}

/// <summary>An item that wants to be disposed asynchronously.</summary>
internal sealed class AsyncParcel(Parcel inner) : IAsyncDisposable
{
    public int Number => inner.Number;

    public async ValueTask DisposeAsync()
    {
        await Task.Yield();
        inner.Dispose();
    }
}
