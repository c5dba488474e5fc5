using System.Collections;
using Penstock.Buffers;
using Penstock.Stages;
using Penstock.Workers;

namespace Penstock.Links;

/// <summary>Where a stage's workers get their readers: a link, or an upstream worker that runs inline.</summary>
internal interface IFeed<T>
{
    Reader<T> CreateReader(Worker worker);
}

/// <summary>The reading end in one worker's hands, whatever flows: how the worker sees its item in hand.</summary>
internal abstract class Reader(Worker worker) : IInput
{
    // Set while the item in hand is to be given to the generator again (a retry, or an item taken before it asked).
    protected bool redeliver;

    private volatile bool isAlert;

    // The generator of this attempt has its enumerator.
    private bool enumerated;

    public Worker Worker { get; } = worker;

    public void Own(IPassage passage) => Worker.Own(passage);

    /// <summary>Whether an item was taken and not finished with.</summary>
    public virtual bool HasItem { get; protected set; }

    /// <summary>Whether the generator of this attempt has asked for an item.</summary>
    public bool HasAsked { get; protected set; }

    /// <summary>The item in hand was taken before the generator asked for it: nobody has seen it yet.</summary>
    public bool IsReserved { get; protected set; }

    /// <summary>The end of the input was reached without a fault.</summary>
    public virtual unsafe bool IsAtEnd
    {
        get => Worker.Record->IsAtEnd;
        protected set => Worker.Record->IsAtEnd = value;
    }

    /// <summary>The number of the item in hand, or of the last one.</summary>
    public abstract long Number { get; }

    /// <summary>The item in hand, for dead letters.</summary>
    public abstract object? Item { get; }

    /// <summary>The lineage of the item in hand.</summary>
    public abstract Lineage? Lineage { get; }

    /// <summary>Set when the stop was thrown into the generator: whatever it throws after that is the answer to it.</summary>
    public bool HasThrownStop { get; private set; }

    /// <summary>Lets a stage (a batch's delay, a gathering, a token) leave its wait for an item: asked before each wait.</summary>
    public Func<bool>? Interrupt { get; set; }

    /// <summary>Finishes with the item in hand: frees its slot and passes the turn on.</summary>
    public abstract void Finish();

    /// <summary>The same for an item that the generator of this attempt has been given.</summary>
    public void FinishGiven()
    {
        if (!redeliver)
            Finish();
    }

    /// <summary>Takes an item that the generator has not asked for yet; it gets it when it asks. False at the end of the input.</summary>
    public abstract ValueTask<bool> ReserveAsync();

    /// <summary>Before a generator is started: it may enumerate its input again.</summary>
    public void StartAttempt(bool withItemInHand)
    {
        redeliver = withItemInHand;
        enumerated = false;
        HasAsked = false;
        if (withItemInHand)
            Hands.Receive(Item, Worker); // what an earlier attempt has passed on, this one may pass on again
    }

    /// <summary>To be thrown into the generator. Whatever comes of it, the worker is stopped from now on.</summary>
    public PipelineStoppedException StopException()
    {
        if (Worker.IsOnSecondThread)
            return StopOnThisThread();
        HasThrownStop = true;
        Worker.IsCleaningUp = true;
        Worker.Stop(Worker.StopReason);
        return StopOnThisThread();
    }

    /// <summary>The same for a generator that runs ahead: the worker is not stopped yet.</summary>
    public PipelineStoppedException StopOnThisThread()
    {
        Worker.SecondThread?.OnStopThrown();
        return new(Worker.Times.State == WorkerState.Left
            ? $"The items of stage '{Worker.Stage.Name}' ended with it. What it returns must have taken them before: end a query in it with ToList(), for example."
            : $"Stage '{Worker.Stage.Name}' is stopped: {Worker.StopReason}. Let this exception pass.");
    }

    /// <summary>From now on it asks before each item whether the thread that asks for it is to leave.</summary>
    public void Alert() => isAlert = true;

    protected bool IsInterruptible => Interrupt is not null || isAlert;

    protected bool IsInterrupted => Interrupt is not null && Interrupt();

    protected void EnumerateOnce()
    {
        if (enumerated)
        {
            throw new InvalidOperationException(
                $"Stage '{Worker.Stage.Name}' enumerates its input a second time, but a pipeline's items flow past once. "
                + "Use one foreach for all of them, or collect what you need again in a list.");
        }

        enumerated = true;
    }
}

/// <summary>
/// A stage's input: what its generator enumerates, synchronously or not. Asking for the next item finishes with the last one.
/// </summary>
internal abstract class Reader<T>(Worker worker) : Reader(worker), IEnumerable<T>, IEnumerator<T>, IAsyncEnumerable<T>, IAsyncEnumerator<T>
{
    // Used only by the worker that owns this reader.
    protected Taken<T> taken;

    private readonly bool readsBuffers = Hands.Take<T>();

    public T Current => taken.Item;

    public override long Number => taken.Number;

    public override object? Item => taken.Item;

    public override Lineage? Lineage => taken.Lineage;

    object? IEnumerator.Current => Current;

    public abstract bool MoveNext();

    public abstract ValueTask<bool> MoveNextAsync();

    public IEnumerator<T> GetEnumerator()
    {
        EnumerateOnce();
        return this;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    IAsyncEnumerator<T> IAsyncEnumerable<T>.GetAsyncEnumerator(CancellationToken cancellationToken)
    {
        EnumerateOnce();

        // A stop ends every wait, so the worker's own token adds nothing.
        return cancellationToken.CanBeCanceled && cancellationToken != Worker.Stopping ? new ImpatientReader<T>(this, cancellationToken) : this;
    }

    public void Reset() => throw new NotSupportedException("A pipeline's items flow past once.");

    protected void OnReceived()
    {
        if (readsBuffers)
            Hands.Receive(taken.Item, Worker);
    }

    /// <summary>Before the slot of the item in hand is freed.</summary>
    protected void OnDone()
    {
        if (readsBuffers)
            Hands.LetGo(taken.Item, Worker);
    }

    // A generator that leaves its loop may still use the item it holds; the worker ends the reading when it leaves.
    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
