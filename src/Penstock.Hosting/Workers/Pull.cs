namespace Penstock.Hosting.Workers;

/// <summary>One pull. When its token is signalled, the worker leaves it at once, and the queue ends it in its own time.</summary>
internal sealed class Pull<T>(IJobQueue<T> queue, int most, CancellationToken ct)
{
    private readonly IAsyncEnumerator<Job<T>> jobs = queue.PullAsync(most, ct).GetAsyncEnumerator(ct);
    private Task<bool>? awaited;

    public Job<T> Current => jobs.Current;

    public async ValueTask<bool> MoveNextAsync()
    {
        var moving = jobs.MoveNextAsync();
        if (moving.IsCompleted)
            return await moving.ConfigureAwait(false);
        awaited = moving.AsTask();
        var hasNext = await awaited.WaitAsync(ct).ConfigureAwait(false);
        awaited = null;
        return hasNext;
    }

    /// <summary>Returns when the queue has ended it. A job that it gave when the worker had left is given back.</summary>
    /// <param name="giveBack">Gives it back.</param>
    public async Task EndAsync(Func<Job<T>, Task> giveBack)
    {
        await using (jobs.ConfigureAwait(false))
        {
            if (awaited is null)
                return;
            await ((Task)awaited).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a failure has been told already, or concerns nobody any more
            if (awaited.IsCompletedSuccessfully && await awaited.ConfigureAwait(false))
                await giveBack(jobs.Current).ConfigureAwait(false);
        }
    }
}
