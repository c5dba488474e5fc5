using System.Runtime.CompilerServices;

namespace Penstock.Hosting.Workers;

/// <summary>Pulls jobs from a queue that may be away for a while.</summary>
/// <remarks>
/// A queue that has given a job, or let the worker wait for one for a while, is set up well: what it throws later is a matter of time, so the
/// pull is begun again. Before that it is the user's to cure (a wrong password, a missing folder) unless the queue says otherwise, and is thrown; so is
/// that the queue was disposed, which no time cures.
/// </remarks>
internal sealed class PatientPull<T>(IJobQueue<T> queue, int most, Func<Job<T>, Task> giveBack, WorkerStatus status, WorkerLog log, TimeProvider time)
{
    private bool hasWorked;

    /// <summary>Completes when the queue has ended the last pull, which may take longer than the worker has waited for it.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public async IAsyncEnumerable<Job<T>> PullAsync([EnumeratorCancellation] CancellationToken ct)
    {
        for (var pause = Backoff.OfPulling(); ; pause.Double())
        {
            status.PullBegins();
            var pull = new Pull<T>(queue, most, ct);
            try
            {
                while (await NextAsync(pull, pause, ct).ConfigureAwait(false) is { } hasNext)
                {
                    if (!hasNext)
                        yield break;
                    pause = Backoff.OfPulling();
                    yield return pull.Current;
                }
            }
            finally
            {
                Ended = pull.EndAsync(giveBack);
                if (!ct.IsCancellationRequested)
                    await Ended.ConfigureAwait(false);
            }

            await Task.Delay(pause.Length, time, ct).ConfigureAwait(false);
        }
    }

    /// <returns>Whether there is a next one; null if the pull has failed, and another may do better.</returns>
    private async ValueTask<bool?> NextAsync(Pull<T> pull, Backoff pause, CancellationToken ct)
    {
        try
        {
            var hasNext = await pull.MoveNextAsync().ConfigureAwait(false);
            hasWorked = true;
            status.PullWorks();
            return hasNext;
        }
        catch (Exception exception) when (exception is not ObjectDisposedException && !ct.IsCancellationRequested && IsMatterOfTime(exception))
        {
            status.PullFails(exception);
            log.PullsAgain(pause.Length, exception);
            return null;
        }
    }

    private bool IsMatterOfTime(Exception exception) =>
        exception is JobQueueException { IsTransient: true } || (hasWorked |= status.PullLasts);
}
