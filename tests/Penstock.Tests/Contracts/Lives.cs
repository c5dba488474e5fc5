namespace Penstock.Tests.Contracts;

/// <summary>Counts the generators that began and those whose finally ran.</summary>
internal sealed class Lives
{
    private int begun;
    private int ended;

    public Step<TIn, TOut> Watch<TIn, TOut>(Step<TIn, TOut> step) => step with
    {
        OnStart = () => Interlocked.Increment(ref begun),
        OnFinally = () => Interlocked.Increment(ref ended),
    };

    public void AssertAllEnded() => Assert.Equal(Volatile.Read(ref begun), Volatile.Read(ref ended));
}
