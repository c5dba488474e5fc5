using System.Diagnostics;
using System.Runtime.CompilerServices;
using Penstock.Buffers;
using Penstock.Faults;
using Penstock.Links;
using Penstock.Runs;
using Penstock.SharedMemory;
using Penstock.Stages;
using Penstock.Telemetry;

namespace Penstock.Workers;

/// <summary>
/// A worker that runs a stage's function: take a slot, resume the generator (which asks its reader for items), hand on.
/// The same for sources, stages and sinks, for threads and tasks, driven by itself or inline by the worker behind it.
/// </summary>
internal sealed partial class Worker<TIn, TOut> : Worker<TOut>
{
    // Enough that what surrounds a stretch does not count, and few enough that it soon returns.
    private const int LongestStretch = 256;

    private readonly Body<TIn, TOut> body;
    private readonly Reader<TIn> reader;
    private readonly LinkWriter<TOut>? writer;
    private readonly Attempts? attempts;
    private readonly Wear? wear;
    private readonly bool yieldsBuffers;

    // The generator of this attempt: one of the two.
    private IEnumerator<TOut>? generator;
    private IAsyncEnumerator<TOut>? asyncGenerator;
    private readonly Passages passages;
    private Lineage? ownLineage;
    private ExecutionContext? contextAtStart;
    private Activity? activity;
    private bool hasLeft;
    private int threadOfGenerator;

    // What was reported of the costs of items.
    private int itemsOfReport;
    private long nextReport;

    private enum Progress
    {
        Ended,
        Yielded,
        HandedOn,
    }

    /// <param name="stage">The stage.</param>
    /// <param name="index">Which of its workers this is.</param>
    /// <param name="body">What it does.</param>
    /// <param name="feed">Where its items come from; null for a source.</param>
    /// <param name="output">Where its outputs go; null for a sink, and in sequential runs.</param>
    /// <param name="existing">Its record, in a process of its own: there it waits by blocking, whatever its generator.</param>
    public unsafe Worker(RunningStage stage, int index, Body<TIn, TOut> body, IFeed<TIn>? feed, Link<TOut>? output, FixedMemory? existing = null)
        : base(stage, index, body.IsAsynchronous && existing is null, existing)
    {
        this.body = body;
        passages = new Passages(this);
        reader = feed is null ? new NoInput<TIn>(this) : feed.CreateReader(this);
        writer = output is null ? null : new LinkWriter<TOut>(output, this, reader);
        wear = existing is null ? null : Wear.For(stage.Options);
        nextReport = stage.Lead is null ? long.MaxValue : 0;
        attempts = HasPolicy || wear is not null ? new Attempts(Record) : null;
        yieldsBuffers = Hands.Take<TOut>() && !stage.IsSink; // what a sink returns ends with the run
        if (stage.Run.TracksItems && body.IsTraced && !stage.IsSource)
            ItemSpan = new ItemSpan(this);
    }

    public override Reader Reader => reader;

    public override Lineage? Lineage
    {
        get => ownLineage ?? reader.Lineage;
        set => ownLineage = value;
    }

    public override async ValueTask RunAsync()
    {
        PipelineContext.Current = Context;
        using var scope = Stage.Run.Options.LoggerFactory is null ? null : Logger.BeginScope(new WorkerScope(this));
        Times.Start();
        activity = Stage.Run.Trace.StartWorker(this);
        var hasOutput = false; // in hand, that nobody else has
        for (var goesOn = true; goesOn;)
        {
            try
            {
                while (true)
                {
                    hasOutput = false;
                    if (IsStopping || !(writer is null || writer.TryTakeSlot() || await writer.TakeSlotAsync().ConfigureAwait(false)))
                        break;
                    hasOutput = true;
                    Progress progress;
                    if (writer is null || body.IsAsynchronous)
                    {
                        var next = MoveNextAsync();
                        progress = (next.IsCompletedSuccessfully ? next.Result : await next.ConfigureAwait(false)) ? Progress.Yielded : Progress.Ended;
                    }
                    else
                    {
                        progress = WorkAlone(writer);
                    }

                    if (progress == Progress.Ended)
                        break;
                    if (progress == Progress.HandedOn || writer is null)
                        continue; // a sink's one output is its result: it stays in Current

                    var handedOn = writer.HandOnAsync(Current);
                    if (!(handedOn.IsCompletedSuccessfully ? handedOn.Result : await handedOn.ConfigureAwait(false)))
                    {
                        Undelivered.Dispose(Current, Stage.Run.FailWith);
                        break;
                    }

                    attempts?.OnHandedOn();
                }

                goesOn = false;
            }
            catch (Exception exception)
            {
                goesOn = await RecoverOutputAsync(exception, hasOutput).ConfigureAwait(false);
            }
        }

        await LeaveAsync().ConfigureAwait(false);
    }

    /// <summary>In a fresh process: goes on where another has died, with the item that it held, or has left.</summary>
    public void Resume((int Slot, long Number)? item, TimeSpan pause)
    {
        if (item is var (slot, number))
            ((LinkReader<TIn>)reader).Adopt(slot, number);
        attempts?.Resume(withItemInHand: item is not null);
        PauseAsync(pause).AsTask().Wait();
    }

    /// <summary>In a process of its own: follows what is asked of the worker, guards its passages, signals the stage's token, and tells when the run begins to end.</summary>
    public unsafe void FollowGate(bool isDrainable, Action ending)
    {
        while (true)
        {
            var told = Volatile.Read(ref Record->Gate);
            if (told != 0)
                GuardPassages();
            if (IsRunEnding)
                ending();
            if (IsStopping || (isDrainable && IsDraining))
                CancelToken();
            if (IsStopping)
                return;

            Memory.Wait.Sleep(&Record->Gate, told);
        }
    }

    public override ValueTask<bool> MoveNextAsync() => body.IsAsynchronous ? MoveNextOfAsynchronousAsync() : new ValueTask<bool>(MoveNext());

    public override async ValueTask LeaveAsync()
    {
        if (hasLeft)
            return;
        hasLeft = true;
        EnterContextToLeave();
        if (await DisposeGeneratorAsync().ConfigureAwait(false) is { } exception)
            Stage.Run.FailInCleanup(new Fault(exception, this));
        CloseInput();
        writer?.ReturnSlot();
        if (reader.IsReserved)
            Undelivered.Dispose(reader.Current, Stage.Run.FailWith);
        reader.Finish();
        Times.End();
        Stage.Input?.Lineages?.OnIdle();
        contextAtStart = null;
        if (!Stage.IsSink)
            Current = default!; // a run that is over keeps no item alive
        Stage.Run.Trace.EndWorker(activity); // before the run can end
        Stage.OnLeft(this);
    }

    public override void OnItemTaken()
    {
        if (++ItemsIn >= nextReport)
            Report();
        ItemSpan?.Begin();
        if (attempts is null)
            return; // then nothing wears either
        attempts.Begin(reader.Number);
        if (wear is not null && wear.IsEnough())
            WearOut();
    }

    // In the first item the runtime may compile the code. Then more and more seldom: many workers are to know soon what items cost, though each has had few.
    private void Report()
    {
        var busy = Times.MeasureBusy();
        if (itemsOfReport > 0)
            Stage.Lead!.Report(busy * Lead.ReportEvery / itemsOfReport, Stage);
        itemsOfReport = Math.Clamp(2 * itemsOfReport, 1, Lead.ReportEvery);
        nextReport = ItemsIn + itemsOfReport;
    }

    public override void Claim(Lineage lineage) => writer?.Claim(lineage);

    public override void ReturnSlot() => writer?.ReturnSlot();

    public override async ValueTask TakeSlotAsync()
    {
        if (writer is not null && !writer.TryTakeSlot())
            await writer.TakeSlotAsync().ConfigureAwait(false);
    }

    // Whoever else works for the generator, at the same time, gets ordinary memory. A synchronous one stays on its thread.
    public override unsafe byte* Lend(IBuffer buffer, int bytes) =>
        !yieldsBuffers || (body.IsAsynchronous ? IsOnSecondThread : Environment.CurrentManagedThreadId != threadOfGenerator) || writer is null ? null : writer.Lend(buffer, bytes);

    public override void Own(IPassage passage) => passages.Add(passage);

    protected override bool MayCancelToDrain => base.MayCancelToDrain && !body.HasSynchronousSource;

    protected override void GuardPassages() => passages.Guard();

    /// <summary>With a slot in hand: yields and hands on, as long as nobody has to be waited for.</summary>
    /// <returns>What has become of the last output.</returns>
    /// <remarks>Outside the endless loop of a run, and ended soon, since the runtime optimises best what is called again and again.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Progress WorkAlone(LinkWriter<TOut> to)
    {
        for (var left = LongestStretch; left > 0; left--)
        {
            if (!MoveNext())
                return Progress.Ended;
            if (!to.TryHandOn(Current))
                return Progress.Yielded;
            attempts?.OnHandedOn();
            if (IsStopping || !to.TryTakeSlot())
                break;
        }

        return Progress.HandedOn;
    }

    private long? NumberInHand => reader.HasItem ? reader.Number : null;

    // Not an asynchronous method: when it returns, what the generator has put into AsyncLocals (a logging scope, say) would be gone.
    private bool MoveNext()
    {
        while (true)
        {
            try
            {
                if (generator is null)
                    Start();
                if (!generator!.MoveNext())
                    return EndAsync().Wait();
                TakeOutput(generator.Current);
            }
            catch (Exception exception)
            {
                if (!RecoverAsync(exception).Wait())
                    return false;
                continue;
            }

            if (IsNew())
                return true;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> MoveNextOfAsynchronousAsync()
    {
        while (true)
        {
            try
            {
                if (ItemSpan is not null)
                    System.Diagnostics.Activity.Current = ItemSpan.Current ?? activity; // for what follows in the generator until it asks again
                if (asyncGenerator is null)
                    Start();
                if (!await asyncGenerator!.MoveNextAsync().ConfigureAwait(false))
                    return await EndAsync().ConfigureAwait(false);
                TakeOutput(asyncGenerator.Current);
            }
            catch (Exception exception)
            {
                if (!await RecoverAsync(exception).ConfigureAwait(false))
                    return false;
                continue;
            }

            if (IsNew())
                return true;
        }
    }

    /// <summary>Whether the output is to be handed on. One that an earlier try has handed on is dropped.</summary>
    private bool IsNew()
    {
        if (attempts is null || attempts.IsNew(reader.HasAsked))
            return true;
        DropOutput(); // not the very item in hand, which the consumer has
        return false;
    }

    // The item in hand, passed on as it is, may be tried again.
    private void DropOutput()
    {
        if (attempts is null || Current is not object output || !ReferenceEquals(output, reader.Item))
            Undelivered.Dispose(Current, Stage.Run.FailWith);
    }

    private void TakeOutput(TOut output) =>
        Current = yieldsBuffers ? Hands.Yield(output, this, copies: writer is { CopiesItems: true }, mayNeedAgain: attempts is not null) : output;

    private void Start()
    {
        threadOfGenerator = Environment.CurrentManagedThreadId;
        if (contextAtStart is null)
            contextAtStart = ExecutionContext.Capture();
        else
            ExecutionContext.Restore(contextAtStart); // what a failed generator has put into AsyncLocals ends with it
        reader.StartAttempt(withItemInHand: reader.HasItem);
        if (body.Asynchronous is { } asynchronous)
            asyncGenerator = Refuse.Null(asynchronous(IsTraced ? new TracedItems<TIn>(reader, ItemSpan!) : reader, Stopping), Stage.Name).GetAsyncEnumerator(Stopping);
        else
            generator = Refuse.Null(body.Synchronous!(IsTraced ? new TracedItems<TIn>(reader, ItemSpan!) : reader, Stopping), Stage.Name).GetEnumerator();
    }

    // The engine's own stages know their reader.
    private bool IsTraced => ItemSpan is not null && body.IsFusable;

    /// <summary>The generator is over: at the end of its input, early, or because it was stopped. Always false.</summary>
    private async ValueTask<bool> EndAsync()
    {
        var exception = await DisposeGeneratorAsync(isOver: true).ConfigureAwait(false);
        if (exception is not null)
            Fail(exception);
        else if (!IsStopping && !Stage.IsSource && !reader.IsAtEnd)
            Stage.EndAt(this, with: null);
        return false;
    }

    /// <summary>Ends the generator, and what a stage inside left undisposed. Returns what failed first: for want of a reader of an exception, or in a finally block.</summary>
    /// <param name="isOver">Whether the generator has come to its end, as if all were well.</param>
    private async ValueTask<Exception?> DisposeGeneratorAsync(bool isOver = false)
    {
        Exception? first = null;
        IsCleaningUp = true;
        var (synchronous, asynchronous) = (generator, asyncGenerator);
        (generator, asyncGenerator) = (null, null);
        try
        {
            synchronous?.Dispose();
            if (asynchronous is not null)
                await asynchronous.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            first = IsExpected(exception) ? null : exception;
        }

        var failed = body.HasSynchronousSource ? await Task.Run(() => passages.Dispose(IsExpected)).ConfigureAwait(false) : passages.Dispose(IsExpected); // not by a thread that helps the source
        first ??= failed;
        if (isOver && !IsStopping && !passages.HideFailure)
            first = passages.Swallowed ?? first;
        passages.Clear();
        writer?.Reclaim();
        IsCleaningUp = false;
        return first;

        // A finally block that asks for more items is told to stop, too, as is one that awaits what got the stage's token.
        bool IsExpected(Exception exception) => IsStopping && Fault.IsAnswerTo(exception, Stopping);
    }
}
