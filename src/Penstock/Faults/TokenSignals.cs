using Penstock.Telemetry;

namespace Penstock.Faults;

/// <summary>Signals tokens that stages have: their callbacks are user code.</summary>
internal static class TokenSignals
{
    /// <summary>Signals the token. The callbacks run on another thread; what they throw is logged, and changes nothing.</summary>
    public static void SignalApart(this CancellationTokenSource source, RunLog log)
    {
        var callbacks = source.CancelAsync();
        if (!callbacks.IsCompletedSuccessfully)
        {
            _ = callbacks.ContinueWith(
                static (task, log) => ((RunLog)log!).CallbackFailed(task.Exception!),
                log,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }
}
