namespace Penstock.Hosting.Queues;

/// <summary>What may happen to a job: the same rules, wherever the jobs are kept. Everything here happens within a transaction of the table.</summary>
/// <remarks>
/// <code>
///            ╭────── release, lease ended ──────╮
///            ▼                                  │
/// submit → Ready ───────────── pull ────────→ Leased ── complete → gone
///            ▲                                  │ ╰── too many tries, rejected → Dead
///            ╰── due ── Delayed ←─── fail ──────╯
/// </code>
/// </remarks>
internal sealed class JobLedger(IJobTable table, JobQueueOptions options)
{
    // The last moment that there is a word for: a lease or a pause may be as long as anybody likes.
    private static readonly long EndOfTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    // What has come due while nobody looked may be very much; others want their turn, and a transaction is to stay small.
    private const int MostAtOnce = 1000;

    public bool Add(string id, JobContent content) => table.TryAdd(id, content);

    /// <summary>Does what has come due. Every transaction starts with it, so a lease that ended is lost for its holder, whether somebody waits for the job or not.</summary>
    /// <param name="judgesLeases">
    /// Whether jobs whose lease ended are tried again or put aside: that is for those who pull, since who only submits or counts may know another
    /// <see cref="JobQueueOptions.MaxAttempts"/> than they.
    /// </param>
    /// <returns>Whether there may be more of it, for another transaction.</returns>
    public bool CatchUp(bool judgesLeases)
    {
        var (now, left) = (Now, MostAtOnce);
        for (; left > 0 && Overdue(JobState.Delayed, now) is { } job; left--)
            table.Update(job with { State = JobState.Ready, Due = 0 });
        for (; left > 0 && judgesLeases && Overdue(JobState.Leased, now) is { } job; left--)
        {
            Retry(job, pause: TimeSpan.Zero,
                $"Its worker died or did not extend the lease: attempt {job.Attempts} was not settled by {DateTimeOffset.FromUnixTimeMilliseconds(job.Due):O}.");
        }

        return left == 0;
    }

    /// <summary>When there will be something to catch up with.</summary>
    public DateTimeOffset? NextDue() =>
        (table.First(JobState.Delayed)?.Due, table.First(JobState.Leased)?.Due) switch
        {
            (null, null) => null,
            var (delayed, leased) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(delayed ?? long.MaxValue, leased ?? long.MaxValue)),
        };

    /// <summary>The next one to pull.</summary>
    public JobEntry? Next() => table.First(JobState.Ready);

    public Delivery Lease(JobEntry job)
    {
        job = job with { State = JobState.Leased, Due = After(options.Lease), Attempts = job.Attempts + 1, Deliveries = job.Deliveries + 1 };
        table.Update(job);
        return new Delivery(job, table.Content(job.Sequence));
    }

    public bool Complete(Receipt receipt)
    {
        if (Held(receipt) is not { } job)
            return false;
        table.Remove(job.Sequence);
        return true;
    }

    public bool Fail(Receipt receipt, string reason, bool final)
    {
        if (Held(receipt) is not { } job)
            return false;
        if (final)
            PutAside(job, reason);
        else
            Retry(job, Pause(job.Attempts), reason);
        return true;
    }

    public bool Release(Receipt receipt)
    {
        if (Held(receipt) is not { } job)
            return false;
        table.Update(job with { State = JobState.Ready, Due = 0, Attempts = job.Attempts - 1 });
        return true;
    }

    public bool Extend(Receipt receipt, TimeSpan lease)
    {
        if (Held(receipt) is not { } job)
            return false;
        table.Update(job with { Due = After(lease) });
        return true;
    }

    /// <summary>Puts a job aside whose payload nobody can read: that was no try.</summary>
    public bool RejectUnread(Receipt receipt, string reason)
    {
        if (Held(receipt) is not { } job)
            return false;
        PutAside(job with { Attempts = job.Attempts - 1 }, reason);
        return true;
    }

    public JobCounts Count()
    {
        var (now, ended) = (Now, 0);
        for (var job = table.First(JobState.Leased); job?.Due <= now; job = table.First(JobState.Leased, job))
            ended++; // in nobody's hands, though nobody has judged it yet
        return new(table.Count(JobState.Ready) + table.Count(JobState.Delayed) + ended, table.Count(JobState.Leased) - ended, table.Count(JobState.Dead));
    }

    public DeadEntry? DeadAfter(DeadEntry? last) =>
        table.First(JobState.Dead, last?.Entry) is { } job
            ? new DeadEntry(job, new DeadJob(job.Id, job.Reason ?? "", job.Attempts, table.Content(job.Sequence)?.Payload))
            : null;

    public bool RetryDead(string id)
    {
        if (table.Find(id) is not { State: JobState.Dead } job)
            return false;
        table.Update(job with { State = JobState.Ready, Due = 0, Attempts = 0, Reason = null });
        return true;
    }

    public bool DeleteDead(string id)
    {
        if (table.Find(id) is not { State: JobState.Dead } job)
            return false;
        table.Remove(job.Sequence);
        return true;
    }

    private long Now => options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private long After(TimeSpan time) => (long)Math.Min(Now + Math.Ceiling(time.TotalMilliseconds), EndOfTime);

    private JobEntry? Overdue(JobState state, long now) => table.First(state) is { } job && job.Due <= now ? job : null;

    private JobEntry? Held(Receipt receipt) =>
        table.Find(receipt.Sequence) is { State: JobState.Leased } job && job.Due > Now && job.Deliveries == receipt.Delivery
        && string.Equals(job.Id, receipt.Id, StringComparison.Ordinal)
            ? job
            : null;

    private void Retry(JobEntry job, TimeSpan pause, string reason)
    {
        if (job.Attempts >= options.MaxAttempts)
            PutAside(job, reason);
        else if (pause > TimeSpan.Zero)
            table.Update(job with { State = JobState.Delayed, Due = After(pause), Reason = reason });
        else
            table.Update(job with { State = JobState.Ready, Due = 0, Reason = reason });
    }

    private void PutAside(JobEntry job, string reason) => table.Update(job with { State = JobState.Dead, Due = Now, Reason = reason });

    private TimeSpan Pause(int attempts)
    {
        var doubled = options.Backoff.TotalMilliseconds * Math.Pow(2, Math.Min(attempts - 1, 62));
        var longest = Math.Min(Math.Min(doubled, options.MaxBackoff.TotalMilliseconds), EndOfTime);
#pragma warning disable CA5394 // Chance spreads load here, it keeps no secret.
        return TimeSpan.FromMilliseconds(longest * (1 - (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }
}
