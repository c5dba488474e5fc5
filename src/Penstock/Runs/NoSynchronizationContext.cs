namespace Penstock.Runs;

/// <summary>
/// Takes the synchronization context off, and hides the task scheduler, while a caller's thread works for a run, so that nothing waits for that thread:
/// both have what follows an await go on where it began.
/// </summary>
internal static class NoSynchronizationContext
{
    /// <summary>For the synchronous stretch only: after an await it might be put back onto another thread.</summary>
    public static T While<T>(Func<T> stretch)
    {
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return TaskScheduler.Current == TaskScheduler.Default ? stretch() : OnDefaultScheduler(stretch);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    private static T OnDefaultScheduler<T>(Func<T> stretch)
    {
        Task<T> here;
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow()) // what it puts into AsyncLocals stays
            here = new Task<T>(stretch);
        here.RunSynchronously(TaskScheduler.Default);
        return here.GetAwaiter().GetResult();
    }
}
