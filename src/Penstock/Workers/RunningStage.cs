using Microsoft.Extensions.Logging;
using Penstock.Buffers;
using Penstock.Faults;
using Penstock.Links;
using Penstock.Runs;
using Penstock.SharedMemory;
using Penstock.Telemetry;

namespace Penstock.Workers;

/// <summary>A stage (or a fused group) in a run: its workers, its two links, and how it ends.</summary>
/// <remarks>
/// A stage ends when its input does, or at the item where a worker's generator ended early or failed: what precedes that item
/// is finished and handed on, what follows is dropped. A fault is such an end with an exception attached. It travels down the
/// links behind the last good item, exactly as an exception travels up through composed generators, and fails the run when it
/// reaches the sink; if a stage on the way ends early before it gets there, plain composition would never have met it either.
/// </remarks>
internal unsafe class RunningStage
{
    private readonly Lock gate = new();
    private readonly List<Worker> workers = [];

    // Guarded by the gate. The bound is read without it by workers that compare their number with it, which is safe since it only falls.
    private readonly StageRecord* record;
    private Fault? fault;
    private int present;
    private bool isOutputCompleted;

    /// <param name="run">The run.</param>
    /// <param name="name">The stage's name.</param>
    /// <param name="options">Its options.</param>
    /// <param name="isSource">Whether it has no input.</param>
    /// <param name="isSink">Whether it has no output.</param>
    /// <param name="memory">Its record; if null, a new one.</param>
    public RunningStage(Run run, string name, StageOptions options, bool isSource, bool isSink, FixedMemory? memory = null)
    {
        Run = run;
        Name = name;
        Options = options;
        IsSource = isSource;
        IsSink = isSink;
        Memory = memory ?? run.Memory?.Allocate(sizeof(StageRecord)) ?? FixedMemory.OfThisProcess(sizeof(StageRecord));
        record = (StageRecord*)Memory.Address;
        if (run.Report is null) // else another process has begun it
            record->Bound = long.MaxValue;
    }

    public Run Run { get; }

    public string Name { get; }

    public StageOptions Options { get; }

    public bool IsSource { get; }

    public bool IsSink { get; }

    /// <summary>Where its record lies.</summary>
    public FixedMemory Memory { get; }

    /// <summary>Whether this stands for the caller's own loop.</summary>
    public bool IsCaller { get; init; }

    /// <summary>Whether the next consumer is the caller's own loop.</summary>
    public bool HandsOverToCaller => Output is not null && Output == Run.Caller?.Input;

    /// <summary>A source with something behind it in the same workers: a fused group, or operators.</summary>
    public bool HasInnerSource { get; init; }

    /// <summary>Whether it is of interest what its outputs descend from. Not behind the gathering of a scattering: there its parts are done with.</summary>
    public bool CarriesLineage { get; init; }

    public Link? Input { get; init; }

    public Link? Output { get; init; }

    /// <summary>The order of the outputs; null where there is none to keep.</summary>
    public Turns? Turns { get; init; }

    /// <summary>The number of the set of workers that wait for their turn, where they are in several processes.</summary>
    public int TurnSet { get; init; }

    /// <summary>How several workers with threads share the items; null where there is nothing to share.</summary>
    public Lead? Lead { get; init; }

    public IReadOnlyList<Worker> Workers => workers;

    /// <summary>The first item number that does not count any more.</summary>
    public long Bound => Volatile.Read(ref record->Bound);

    /// <summary>Why the stage ended, if it failed, or if a stage before it did.</summary>
    public Fault? Fault => fault;

    /// <summary>Whether everyone who would still meet this stage's fault has ended without it.</summary>
    public bool IsFaultMoot => !IsSink && Output is { IsClosed: true };

    public void Add(Worker worker)
    {
        workers.Add(worker);
        Turns?.Join(worker.Index, worker.Record, isNew: true);
        present++;
    }

    /// <summary>Call when all workers are added, before they start.</summary>
    public void Connect()
    {
        var waiters = workers.Select(w => w.Waiter).ToArray();
        Input?.Consumers.Join(waiters);
        Output?.Producers.Join(waiters);
        Turns?.Waiting.Join(waiters);
        Lead?.Reserve.Join(waiters);
        if (Output is not null)
            Output.Producer = this;
    }

    /// <summary>A worker's generator ended before its input did, or failed.</summary>
    public virtual void EndAt(Worker worker, Fault? with)
    {
        if (Run.TracksItems && with is null)
            with = new Fault(new InvalidOperationException($"Stage '{Name}' ended before its input did. Let it take all items: what it leaves would count as done."), worker);
        Run.OnEndingEarly();
        if (with is not null && worker.Reader.HasItem)
            worker.Reader.Lineage?.Fail(with.Exception); // what it had in hand is to blame, if anything is
        lock (gate)
        {
            if (workers.Count > 1 && Turns is null && with is null)
                return; // no order: each worker ends for itself

            var end = EndOf(worker, with);
            if (end >= record->Bound)
            {
                if (with is not null)
                    Run.Log.IgnoredAfterEnd(Name, worker.Index, with.Exception);
                return;
            }

            Volatile.Write(ref record->Bound, end);
            fault = with;
        }

        foreach (var sibling in workers)
        {
            if (sibling == worker)
                continue;
            sibling.EndInput();
            if (Turns is null || Turns.NumberOf(sibling.Index) >= Bound)
                sibling.Stop("a worker beside it has ended the stage");
        }

        Input?.Close();
        if (with is not null)
            Run.OnFault(this, with);
        CompleteOutputIfEnded();
    }

    /// <summary>The input ended with a fault: so does this stage, behind everything it took.</summary>
    public virtual void Inherit(Fault inherited)
    {
        lock (gate)
        {
            if (record->Bound == long.MaxValue)
                fault ??= inherited;
        }
    }

    public void Stop(string reason)
    {
        foreach (var worker in workers)
            worker.Stop(reason);
    }

    public virtual void OnLeft(Worker worker)
    {
        Turns?.Show(worker.Index, Turns.Left);
        Lead?.Leave(worker.Index);
        bool last;
        lock (gate)
            last = --present == 0;
        if (last)
            Input?.Close();
        CompleteOutputIfEnded();
        if (last && IsSink)
            Run.OnSinkEnded(fault);
        if (!IsCaller && !worker.IsProcess)
            Run.OnWorkerLeft(); // a process has left when it has exited
    }

    /// <summary>Decides about a failed try of an item. True: another one. Else the item has been given up.</summary>
    /// <param name="worker">The worker that failed.</param>
    /// <param name="exception">The exception.</param>
    /// <param name="delivered">How many outputs for the item were handed on.</param>
    /// <param name="pause">How long to wait before the next try.</param>
    public virtual bool GrantsAnotherTry(Worker worker, Exception exception, int delivered, out TimeSpan pause)
    {
        if (Run.DeadLetters.Ask(Options.Faults, worker.Attempt, exception, out pause))
            return true;
        worker.DeadLetters++;
        worker.Reader.Lineage?.Fail(exception);
        Run.DeadLetters.Add(new DeadLetter
        {
            Item = worker.Reader.Item is IBuffer { Holder: not null } buffer ? buffer.Copy() : worker.Reader.Item,
            Stage = Name,
            Worker = worker.Index,
            Number = worker.Reader.Number,
            Exception = exception,
            Delivered = delivered,
            Attempts = worker.Attempt,
        });
        return false;
    }

    /// <summary>Where code of the stage logs.</summary>
    public virtual ILogger CreateLogger() => StageLogger.For(Run, Name);

    /// <summary>In a worker process: an item was in hand from then on, for so long.</summary>
    public virtual void TellSpan(DateTimeOffset from, TimeSpan duration) => throw new InvalidOperationException("Spans of this process are ended where they are.");

    private long EndOf(Worker worker, Fault? with)
    {
        if (workers.Count == 1)
            return long.MaxValue - 1;
        if (Turns is null)
            return 0;

        var reader = worker.Reader;
        if (reader.HasItem || reader.IsAtEnd)
            return Turns.NumberOf(worker.Index) + 1;
        return with is null ? Input!.TakenCount : 0;
    }

    private void CompleteOutputIfEnded()
    {
        lock (gate)
        {
            if (isOutputCompleted || Output is null)
                return;
            var ended = present == 0 || (Turns is not null && record->Bound != long.MaxValue && Turns.AllAtLeast(record->Bound));
            if (!ended)
                return;
            isOutputCompleted = true;
        }

        Turns?.HandOnEarly(); // by whoever made it due, perhaps at this moment
        Output.Complete(fault);
    }
}
