namespace Penstock.Runs;

/// <summary>Takes the synchronization context off while a caller's thread works for a run, so that nothing waits for that thread.</summary>
internal static class NoSynchronizationContext
{
    /// <summary>For the synchronous stretch only: after an await it might be put back onto another thread.</summary>
    public static T While<T>(Func<T> stretch)
    {
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return stretch();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }
}
