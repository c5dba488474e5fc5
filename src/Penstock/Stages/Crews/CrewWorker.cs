using System.Collections;
using System.Runtime.ExceptionServices;
using Penstock.Links;
using Penstock.Workers;

namespace Penstock.Stages.Crews;

/// <summary>One worker of a crew: an instance of the stage's generator, resumed by whichever thread is at hand, never by two at once.</summary>
/// <remarks>Guarded by the crew's gate, but for the generator and what belongs to it: those are its thread's.</remarks>
/// <param name="crew">The crew.</param>
/// <param name="index">Which of its workers this is.</param>
/// <param name="context">The flow in which the generator begins.</param>
internal sealed class CrewWorker<TIn, TOut>(Crew<TIn, TOut> crew, int index, ExecutionContext context) : IEnumerable<TIn>, IEnumerator<TIn>, IInput
{
    private readonly Passages passages = new(crew.Worker);
    private readonly List<TIn> untaken = [];
    private readonly NumberedQueue<TOut> outputs = new();
    private Stint<TIn, TOut>? stint;
    private ExecutionContext context = context;
    private IEnumerator<TOut>? generator;
    private bool isEnumerated;
    private int kept; // outputs of the stint
    private int held; // items of the stint, and before
    private long lastMade = Turns.Left; // of which item

    public Worker Worker => crew.Worker;

    public int Index => index;

    public TIn Current { get; private set; } = default!;

    object? IEnumerator.Current => Current;

    /// <inheritdoc cref="Standing.Number"/>
    public long Number { get => Standing.Number; private set => Standing.Number = value; }

    public bool HasItem => Standing.HasItem;

    /// <summary>Whether it has met the end of the items.</summary>
    public bool IsAtEnd => Number is > Turns.Idle and < Turns.Left;

    /// <summary>Whether the generator has not asked yet for the item in hand.</summary>
    public bool IsReserved { get; set; }

    /// <summary>The item to follow the one in hand, if it was given that before its generator has asked.</summary>
    public (TIn Item, long Number)? Next { get; private set; }

    /// <summary>Whether it has an item for when its generator asks.</summary>
    public bool HasAhead => IsReserved || Next is not null;

    /// <summary>Whether the generator was told to leave: what comes from it since then does not count.</summary>
    public bool IsTold { get; set; }

    /// <summary>Whose thread is inside it.</summary>
    public Seat? Thread { get; private set; }

    /// <summary>How often the generator has asked since it was resumed.</summary>
    public int Asked { get; set; }

    /// <summary>Whether this step is measured, and the ticks in it that are not what it costs, but what it is to share the work.</summary>
    public bool IsMeasured { get; set; }

    /// <inheritdoc cref="IsMeasured"/>
    public long Overhead { get; set; }

    /// <summary>How many outputs it has made since it was resumed, with the one to come.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether it has a stint that nobody has ended.</summary>
    public bool IsOnStint { get; private set; }

    /// <summary>Whether its thread is in the source, or waits for an item.</summary>
    public bool IsAsking { get; set; }

    /// <summary>Notes that it has made something of an item. True if that was not the first.</summary>
    public bool NoteMade(long number)
    {
        var isAgain = lastMade == number;
        lastMade = number;
        return isAgain;
    }

    /// <summary>What it has made and nobody has taken yet.</summary>
    public IEnumerable<TOut> Outputs => outputs.Items;

    /// <summary>The items that the generator was to get, but has not, when it has left.</summary>
    public IEnumerable<TIn> Untaken => untaken;

    private ref Standing Standing => ref crew.StandingOf(index);

    public void Begin(Seat thread)
    {
        Thread = thread;
        Standing.IsAtWork = true;
        Asked = 0;
        Overhead = 0;
        Steps = 1;
    }

    public void Pause()
    {
        Thread = null;
        Standing.IsAtWork = false;
    }

    /// <summary>Keeps an output of the item in hand until the consumer takes it.</summary>
    public void Keep(TOut output) => Keep(output, Number);

    /// <summary>The earliest output that it has kept.</summary>
    public TOut Take()
    {
        var output = outputs.Dequeue();
        ref var standing = ref Standing;
        standing.FirstOutput = --standing.Outputs == 0 ? Turns.Left : outputs.First;
        return output;
    }

    public void Give(TIn item, long number) => (Current, Number) = (item, number);

    /// <summary>Gives it an item for when it asks.</summary>
    public void Reserve(TIn item, long number)
    {
        if (HasItem)
        {
            Next = (item, number);
            return;
        }

        Give(item, number);
        IsReserved = true;
    }

    /// <summary>Takes the item that follows, if it has one.</summary>
    public bool TryTakeNext()
    {
        if (Next is not var (item, number))
            return false;
        Next = null;
        Give(item, number);
        return true;
    }

    /// <summary>By its thread: takes the next item of its stint for the generator, if it may do so without the gate.</summary>
    public bool TryAsk()
    {
        if (stint is null || !stint.TryAsk(out var item))
            return false;
        Asked++;
        Current = item;
        return true;
    }

    /// <summary>Gives it several items of the stock at once. Returns how many.</summary>
    public int BeginStint(NumberedQueue<TIn> stock, int most)
    {
        stint ??= new Stint<TIn, TOut>();
        var first = stock.First;
        var hasNone = !HasItem;
        if (hasNone)
            Reserve(stock.Dequeue(), first);
        var count = hasNone ? 1 : 0;
        for (; count < most && stock.Count > 0 && stock.First == first + count; count++)
            stint.Add(count, stock.Dequeue());
        (IsOnStint, kept, held) = (true, 0, hasNone ? count : count + 1);
        Standing.Ahead = (byte)(count - 1);
        stint.Begin(first, count, isInHand: hasNone);
        return count;
    }

    /// <summary>Under the gate: keeps what it has made in its stint so far. Returns how many outputs those are, and how many items it is done with.</summary>
    public (int Kept, int Released) LookAtStint() => KeepMade(stint!.Now);

    /// <summary>Under the gate: ends its stint, and gives back the items that its generator has not asked for.</summary>
    /// <param name="stock">To where.</param>
    /// <param name="leavesNext">Whether to leave it one if the generator is about to ask.</param>
    public (int Kept, int Released) EndStint(NumberedQueue<TIn> stock, bool leavesNext)
    {
        var now = stint!.End();
        var (noted, released) = KeepMade(now);
        var begun = now.Begun;
        if (leavesNext && !now.IsInHand)
        {
            Next = (stint.TakeItem(begun), stint.First + begun);
            begun++;
        }

        for (var place = begun; place < now.Length; place++)
            stock.Enqueue(stint.First + place, stint.TakeItem(place));
        Standing.Ahead = 0;
        IsOnStint = false;
        return (noted, released + now.Length - begun);
    }

    public void GiveNone() => Number = Turns.AfterTheEnd(index);

    public void Free() => (Current, Number) = (default!, Turns.Idle);

    /// <summary>The generator has left, or will not be resumed again.</summary>
    /// <param name="stock">To where what it has not asked for goes; null if nobody else is to have it.</param>
    public void Leave(NumberedQueue<TIn>? stock)
    {
        if (IsReserved)
            GiveBack(Current, Number);
        if (Next is var (item, number))
            GiveBack(item, number);
        (Current, Number, Next, IsReserved) = (default!, Turns.Left, null, false);

        void GiveBack(TIn unasked, long of)
        {
            if (stock is null)
                untaken.Add(unasked);
            else
                stock.Enqueue(of, unasked);
        }
    }

    /// <summary>Resumes the generator, in its own flow. False if it has ended; throws what it throws.</summary>
    public bool Resume(CancellationToken token, out TOut output)
    {
        ExecutionContext.Restore(context);
        try
        {
            generator ??= crew.Start(this, token).GetEnumerator();
            while (generator.MoveNext())
            {
                output = generator.Current;
                if (!TryKeep(output))
                    return true;
            }

            output = default!;
            End(isOver: true);
            return false;
        }
        finally
        {
            context = ExecutionContext.Capture() ?? context;
        }
    }

    /// <summary>Ends the generator, in its own flow. Returns what a finally block has thrown.</summary>
    public Exception? EndGenerator()
    {
        ExecutionContext.Restore(context);
        try
        {
            End(isOver: false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    public bool MoveNext() => crew.Ask(this);

    public void Reset() => throw new NotSupportedException("A pipeline's items flow past once.");

    public IEnumerator<TIn> GetEnumerator()
    {
        if (isEnumerated)
            throw new InvalidOperationException($"Stage '{crew.Plan.Stage}' enumerates its input a second time, but a pipeline's items flow past once.");
        isEnumerated = true;
        return this;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // A generator that leaves its loop may still use the item it holds.
    public void Dispose()
    {
    }

    public void Own(IPassage passage) => passages.Add(passage);

    public void Guard() => passages.Guard();

    private bool TryKeep(TOut output)
    {
        if (stint is null || IsReserved || !stint.TryKeep(output))
            return false;
        Asked = 0;
        Steps++;
        return true;
    }

    private (int Kept, int Released) KeepMade(Stint<TIn, TOut>.Progress now)
    {
        var before = (Kept: kept, Held: held);
        for (; kept < now.Done; kept++)
            Keep(stint!.TakeMade(kept), lastMade = stint.First + kept);
        Standing.Ahead -= (byte)(kept - before.Kept);
        if (now.Begun > 0)
        {
            Number = stint!.First + now.Begun - 1;
            held = now.Length - now.Begun + 1;
        }

        return (kept - before.Kept, before.Held - held);
    }

    private void Keep(TOut output, long number)
    {
        outputs.Enqueue(number, output);
        ref var standing = ref Standing;
        standing.Outputs++;
        standing.FirstOutput = outputs.First;
    }

    /// <param name="isOver">Whether it has come to its end, as if all were well.</param>
    private void End(bool isOver)
    {
        var ended = generator;
        generator = null;
        ended?.Dispose();
        var failure = passages.Dispose();
        if (isOver && !IsTold)
            failure = passages.Swallowed ?? failure;
        passages.Clear();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }
}
