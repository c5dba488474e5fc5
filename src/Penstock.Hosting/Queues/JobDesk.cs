namespace Penstock.Hosting.Queues;

/// <summary>
/// Where everybody queues up who wants something of the jobs. What has arrived while a transaction ran is done in the next one,
/// together: a commit is paid once for all of them. Whoever waits for a job stays here until there is one.
/// </summary>
/// <remarks>
/// One thread at a time attends: for a table in memory the one that has come first, for a shared one the desk's own, since there a
/// commit blocks. <c>_takers</c>, the table and the ledger are only touched by the one that attends.
/// </remarks>
internal sealed class JobDesk : IAsyncDisposable
{
    // How soon a change by another process is noticed. Looking costs a few microseconds, and happens only while somebody waits.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(75);

    // Timers follow no clock that is set, nor a sleep of the machine: none runs longer than this.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMinutes(1);

    private readonly IJobTable _table;
    private readonly JobLedger _ledger;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly AutoResetEvent? _work;
    private readonly List<Taker> _takers = [];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _gate = new();
    private List<Request> _arrived = [];
    private bool _somethingDue;
    private bool _attended;
    private bool _closing;

    public JobDesk(IJobTable table, JobQueueOptions options)
    {
        _table = table;
        _ledger = new JobLedger(table, options);
        _time = options.TimeProvider;
        _timer = _time.CreateTimer(static desk => ((JobDesk)desk!).Nudge(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (!table.IsShared)
            return;
        _work = new AutoResetEvent(initialState: false);
        new Thread(AttendForLife) { IsBackground = true, Name = "Penstock job queue" }.Start();
    }

    /// <summary>Has something done. A token that is cancelled before its turn has come undoes it; after that it is done.</summary>
    public Task<TResult> AskAsync<TResult>(Func<JobLedger, TResult> what, CancellationToken ct) => Enter(new Request<TResult>(what, ct)).Task;

    /// <summary>Waits for a job and leases it.</summary>
    public Task<Delivery> TakeAsync(CancellationToken ct) => Enter(new Taker(ct)).Task;

    public ValueTask DisposeAsync()
    {
        bool attend;
        lock (_gate)
        {
            attend = !_closing && !_attended;
            _closing = true;
            _attended |= attend;
        }

        if (attend)
            Attend();
        return new ValueTask(_closed.Task);
    }

    private TRequest Enter<TRequest>(TRequest request)
        where TRequest : Request
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, typeof(IJobQueue<>));
            _arrived.Add(request);
            if (_attended)
                return request;
            _attended = true;
        }

        Attend();
        return request;
    }

    private void Nudge()
    {
        lock (_gate)
        {
            _somethingDue = true;
            if (_attended || _closing)
                return;
            _attended = true;
        }

        Attend();
    }

    private void Attend()
    {
        if (_work is { } work)
            work.Set();
        else
            ServeAll();
    }

    private void AttendForLife()
    {
        while (true)
        {
            if (_work!.WaitOne(_takers.Count > 0 ? LookInterval : Timeout.InfiniteTimeSpan))
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
        _takers.RemoveAll(taker => taker.IsOver);
        try
        {
            if (_takers.Count > 0 && _table.ChangedElsewhere())
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
            lock (_gate)
            {
                if (_arrived.Count == 0 && !_somethingDue)
                {
                    _attended = _closing;
                    if (!_closing)
                        return true;
                    break;
                }

                (batch, _arrived, _somethingDue) = (_arrived, [], false);
            }

            Serve(batch);
        }

        Close();
        return false;
    }

    private void Serve(List<Request> batch)
    {
        DateTimeOffset? nextDue = null;
        List<Request> done = new(batch.Count);
        try
        {
            _table.Begin();
            _ledger.CatchUp();
            foreach (var request in batch)
            {
                if (request is Taker taker)
                    _takers.Add(taker);
                else if (request.TryBegin())
                {
                    done.Add(request);
                    request.Do(_ledger);
                }
            }

            ServeTakers(done);
            if (_takers.Count > 0)
                nextDue = _ledger.NextDue();
            _table.Commit();
        }
        catch (Exception e)
        {
            _table.Rollback();
            FailAll([.. batch, .. done, .. _takers], _table.Explain(e));
            return;
        }

        foreach (var request in done)
            request.Finish();
        if (_takers.Count > 0)
            WakeAt(nextDue);
    }

    private void ServeTakers(List<Request> done)
    {
        _takers.RemoveAll(taker => taker.IsOver);
        while (_takers.Count > 0 && _ledger.Next() is { } job)
        {
            var taker = _takers[0];
            _takers.RemoveAt(0);
            if (!taker.TryBegin())
                continue;
            done.Add(taker);
            taker.Give(_ledger.Lease(job));
        }
    }

    private void WakeAt(DateTimeOffset? due)
    {
        if (due is not { } time)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var pause = time - _time.GetUtcNow();
        _timer.Change(TimeSpan.FromTicks(Math.Clamp(pause.Ticks, 0, LongestTimer.Ticks)), Timeout.InfiniteTimeSpan);
        // A clock that a test sets may have been set in between.
        if (_time.GetUtcNow() >= time)
            Nudge();
    }

    private void FailAll(List<Request> requests, Exception why)
    {
        _takers.Clear();
        foreach (var request in requests)
            request.Fail(why);
    }

    private void Close()
    {
        FailAll([.. _takers], new ObjectDisposedException("IJobQueue"));
        _timer.Dispose();
        try
        {
            _table.Dispose();
            _closed.SetResult();
        }
        catch (Exception e)
        {
            _closed.SetException(_table.Explain(e));
        }

        // Nobody sets it any more: all who would are turned away first.
        _work?.Dispose();
    }
}
