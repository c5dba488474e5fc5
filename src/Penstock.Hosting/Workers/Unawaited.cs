using System.Diagnostics.CodeAnalysis;

namespace Penstock.Hosting.Workers;

/// <summary>Work that nobody waits for, or not any longer. What it throws is told, and concerns nobody else: least of all as an unobserved exception.</summary>
internal static class Unawaited
{
    public static void Leave(this Task task, Action<Exception> tell) => _ = task.ContinueWith(
        static (failed, tell) => Tell((Action<Exception>)tell!, failed.Exception!.InnerException!),
        tell,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    /// <summary>Waits until the token says that this takes too long; then the work is left to itself.</summary>
    public static async Task WaitOrLeaveAsync(this Task task, Action<Exception> tell, CancellationToken ct)
    {
        try
        {
            await task.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            task.Leave(tell);
            throw;
        }
    }

    /// <inheritdoc cref="WaitOrLeaveAsync(Task, Action{Exception}, CancellationToken)"/>
    public static async Task<T> WaitOrLeaveAsync<T>(this Task<T> task, Action<Exception> tell, CancellationToken ct)
    {
        await ((Task)task).WaitOrLeaveAsync(tell, ct).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A logger may throw whatever it likes.")]
    private static void Tell(Action<Exception> tell, Exception exception)
    {
        try
        {
            tell(exception);
        }
        catch (Exception)
        {
            // There is nowhere left to say it.
        }
    }
}
