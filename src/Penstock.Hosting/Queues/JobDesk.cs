namespace Penstock.Hosting.Queues;

/// <summary>
/// Where everybody queues up who wants something of the jobs. What has arrived while a transaction ran is done in the next one,
/// together: a commit is paid once for all of them. Whoever waits for a job stays here until there is one.
/// </summary>
/// <remarks>
/// One thread at a time attends: for a table in memory the one that has come first, for a shared one the desk's own, since there a
/// commit blocks. <c>takers</c>, <c>pulls</c>, the table and the ledger are only touched by the one that attends.
/// </remarks>
internal sealed class JobDesk : IAsyncDisposable
{
    // How soon a change by another process is noticed. Looking costs a few microseconds, and happens only while somebody waits.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(75);

    // Timers follow no clock that is set, nor a sleep of the machine: none runs longer than this.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMinutes(1);

    private readonly IJobTable table;
    private readonly JobLedger ledger;
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly AutoResetEvent? work;
    private readonly List<Taker> takers = [];
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Whether anybody has ever taken a job here.
    private bool pulls;

    private readonly Lock gate = new();
    private List<Request> arrived = [];
    private bool somethingDue;
    private bool attended;
    private bool closing;

    public JobDesk(IJobTable table, JobQueueOptions options)
    {
        this.table = table;
        ledger = new JobLedger(table, options);
        time = options.TimeProvider;
        timer = time.CreateTimer(static desk => ((JobDesk)desk!).Nudge(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (!table.IsShared)
            return;
        work = new AutoResetEvent(initialState: false);
        new Thread(AttendForLife) { IsBackground = true, Name = "Penstock job queue" }.Start();
    }

    /// <summary>Has something done. A token that is cancelled before its turn has come undoes it; after that it is done.</summary>
    public Task<TResult> AskAsync<TResult>(Func<JobLedger, TResult> what, CancellationToken ct) => Enter(new Request<TResult>(what, ct)).Task;

    /// <summary>Waits for a job and leases it.</summary>
    public Task<Delivery> TakeAsync(CancellationToken ct) => Enter(new Taker(ct)).Task;

    public ValueTask DisposeAsync()
    {
        bool attend;
        lock (gate)
        {
            attend = !closing && !attended;
            closing = true;
            attended |= attend;
        }

        if (attend)
            Attend();
        return new ValueTask(closed.Task);
    }

    private TRequest Enter<TRequest>(TRequest request)
        where TRequest : Request
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closing, typeof(IJobQueue<>));
            arrived.Add(request);
            if (attended)
                return request;
            attended = true;
        }

        Attend();
        return request;
    }

    private void Nudge()
    {
        lock (gate)
        {
            somethingDue = true;
            if (attended || closing)
                return;
            attended = true;
        }

        Attend();
    }

    private void Attend()
    {
        if (work is not null)
            work.Set();
        else
            ServeAll();
    }

    private void AttendForLife()
    {
        while (true)
        {
            if (work!.WaitOne(takers.Count > 0 ? LookInterval : Timeout.InfiniteTimeSpan))
            {
                if (!ServeAll())
                    return;
            }
            else
            {
                Look();
            }
        }
    }

    private void Look()
    {
        takers.RemoveAll(taker => taker.IsOver);
        try
        {
            if (takers.Count > 0 && table.ChangedElsewhere())
                Nudge();
        }
        catch (Exception)
        {
            // The transaction meets the same obstacle, and tells those who wait.
            Nudge();
        }
    }

    /// <summary>Until there is nothing left to do.</summary>
    /// <returns>False if the desk has closed.</returns>
    private bool ServeAll()
    {
        while (true)
        {
            List<Request> batch;
            lock (gate)
            {
                if (arrived.Count == 0 && !somethingDue)
                {
                    attended = closing;
                    if (!closing)
                        return true;
                    break;
                }

                (batch, arrived, somethingDue) = (arrived, [], false);
            }

            Serve(batch);
        }

        Close();
        return false;
    }

    private void Serve(List<Request> batch)
    {
        var isMoreDue = false;
        DateTimeOffset? nextDue = null;
        List<Request> done = new(batch.Count);
        try
        {
            table.Begin();
            pulls |= batch.Exists(request => request is Taker);
            isMoreDue = ledger.CatchUp(judgesLeases: pulls);
            foreach (var request in batch)
            {
                if (request is Taker taker)
                    takers.Add(taker);
                else if (request.TryBegin())
                {
                    done.Add(request);
                    request.Do(ledger);
                }
            }

            ServeTakers(done);
            if (takers.Count > 0)
                nextDue = ledger.NextDue();
            table.Commit();
        }
        catch (Exception e)
        {
            table.Rollback();
            FailAll([.. batch, .. done, .. takers], table.Explain(e));
            return;
        }

        foreach (var request in done)
            request.Finish();
        if (isMoreDue)
        {
            lock (gate)
                somethingDue = true;
        }

        if (takers.Count > 0)
            WakeAt(nextDue);
    }

    private void ServeTakers(List<Request> done)
    {
        takers.RemoveAll(taker => taker.IsOver);
        while (takers.Count > 0 && ledger.Next() is { } job)
        {
            var taker = takers[0];
            takers.RemoveAt(0);
            if (!taker.TryBegin())
                continue;
            done.Add(taker);
            taker.Give(ledger.Lease(job));
        }
    }

    private void WakeAt(DateTimeOffset? due)
    {
        if (due is not { } moment)
        {
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var pause = moment - time.GetUtcNow();
        timer.Change(TimeSpan.FromTicks(Math.Clamp(pause.Ticks, 0, LongestTimer.Ticks)), Timeout.InfiniteTimeSpan);
        // A clock that a test sets may have been set in between.
        if (time.GetUtcNow() >= moment)
            Nudge();
    }

    private void FailAll(List<Request> requests, Exception why)
    {
        takers.Clear();
        foreach (var request in requests)
            request.Fail(why);
    }

    private void Close()
    {
        FailAll([.. takers], new ObjectDisposedException("IJobQueue"));
        timer.Dispose();
        try
        {
            table.Dispose();
            closed.SetResult();
        }
        catch (Exception e)
        {
            closed.SetException(table.Explain(e));
        }

        // Nobody sets it any more: all who would are turned away first.
        work?.Dispose();
    }
}
