namespace Penstock.Runs;

/// <summary>Takes the synchronization context off while a caller's thread works for a run, so that nothing waits for that thread.</summary>
internal readonly struct NoSynchronizationContext : IDisposable
{
    private readonly SynchronizationContext? previous;

    private NoSynchronizationContext(SynchronizationContext? previous) => this.previous = previous;

    public static NoSynchronizationContext Enter()
    {
        var scope = new NoSynchronizationContext(SynchronizationContext.Current);
        SynchronizationContext.SetSynchronizationContext(null);
        return scope;
    }

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(previous);
}
