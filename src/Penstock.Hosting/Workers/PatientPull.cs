using System.Runtime.CompilerServices;

namespace Penstock.Hosting.Workers;

/// <summary>Pulls jobs from a queue that may be away for a while.</summary>
/// <remarks>
/// A queue that has given a job, or let the worker wait for one for <see cref="SeemsToWork"/>, is set up well: what it throws later is a
/// matter of time, so the pull is begun again. Before that it is the user's to cure (a wrong password, a missing folder), and is thrown; so is
/// that the queue was disposed, which no time cures.
/// </remarks>
internal sealed class PatientPull<T>(IJobQueue<T> queue, int most, WorkerStatus status, WorkerLog log, TimeProvider time)
{
    private static readonly TimeSpan SeemsToWork = TimeSpan.FromSeconds(30);

    private bool hasWorked;

    public async IAsyncEnumerable<Job<T>> PullAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var pause = Backoff.OfPulling();
        while (true)
        {
            var begun = time.GetTimestamp();
            var jobs = queue.PullAsync(most, ct).GetAsyncEnumerator(ct);
            await using (jobs.ConfigureAwait(false))
            {
                while (await NextAsync(jobs, begun, pause, ct).ConfigureAwait(false) is { } hasNext)
                {
                    if (!hasNext)
                        yield break;
                    pause = Backoff.OfPulling();
                    yield return jobs.Current;
                }
            }

            await Task.Delay(pause.Length, time, ct).ConfigureAwait(false);
            pause.Double();
        }
    }

    /// <returns>Whether there is a next one; null if the pull has failed, and another may do better.</returns>
    private async ValueTask<bool?> NextAsync(IAsyncEnumerator<Job<T>> jobs, long begun, Backoff pause, CancellationToken ct)
    {
        try
        {
            var hasNext = await jobs.MoveNextAsync().ConfigureAwait(false);
            hasWorked = true;
            status.PullFailure = null;
            return hasNext;
        }
        catch (Exception exception) when (exception is not ObjectDisposedException && !ct.IsCancellationRequested
            && (hasWorked || time.GetElapsedTime(begun) >= SeemsToWork))
        {
            hasWorked = true;
            status.PullFailure = exception;
            log.PullsAgain(pause.Length, exception);
            return null;
        }
    }
}
