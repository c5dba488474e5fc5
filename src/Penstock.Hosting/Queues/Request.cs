namespace Penstock.Hosting.Queues;

/// <summary>Somebody at the desk. Cancelling takes effect until its turn has come, and none after that: so nothing is done that nobody hears of.</summary>
internal abstract class Request
{
    private const int Waits = 0;
    private const int Begun = 1;
    private const int Over = 2;

    private int state = Waits;

    public bool IsOver => Volatile.Read(ref state) == Over;

    public bool TryBegin() => Leave(Waits, Begun);

    public abstract void Do(JobLedger ledger);

    /// <summary>What was done is there for good.</summary>
    public abstract void Finish();

    /// <summary>Nothing was done. Without effect on a request that was cancelled.</summary>
    public void Fail(Exception why)
    {
        if (Leave(Waits, Over) || Leave(Begun, Over))
            SetFailed(why);
    }

    protected abstract void SetFailed(Exception why);

    protected bool TryCancel() => Leave(Waits, Over);

    private bool Leave(int from, int to) => Interlocked.CompareExchange(ref state, to, from) == from;
}

internal class Request<TResult> : Request
{
    private readonly Func<JobLedger, TResult>? what;
    private readonly TaskCompletionSource<TResult> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration cancelling;
    private TResult? result;

    public Request(Func<JobLedger, TResult>? what, CancellationToken ct)
    {
        this.what = what;
        cancelling = ct.UnsafeRegister(static (request, token) => ((Request<TResult>)request!).Cancel(token), this);
    }

    public Task<TResult> Task => answer.Task;

    public override void Do(JobLedger ledger) => Give(what!(ledger));

    public void Give(TResult result) => this.result = result;

    public override void Finish()
    {
        cancelling.Unregister();
        answer.TrySetResult(result!);
    }

    protected override void SetFailed(Exception why)
    {
        cancelling.Unregister();
        answer.TrySetException(why);
    }

    private void Cancel(CancellationToken token)
    {
        if (TryCancel())
            answer.TrySetCanceled(token);
    }
}

/// <summary>Waits for a job.</summary>
internal sealed class Taker(CancellationToken ct) : Request<Delivery>(what: null, ct);
