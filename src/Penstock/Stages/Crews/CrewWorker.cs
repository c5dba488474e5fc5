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
    private readonly Queue<(long Number, TOut Item)> outputs = [];
    private ExecutionContext context = context;
    private IEnumerator<TOut>? generator;
    private bool isEnumerated;
    private bool isBegun; // at the last look
    private long lastMade = Turns.Left; // of which item

    public Worker Worker => crew.Worker;

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

    /// <summary>Whether its thread is in the source, or waits for an item.</summary>
    public bool IsAsking { get; set; }

    /// <summary>Notes that it has made something of an item. True if that was not the first.</summary>
    public bool HasMade(long number)
    {
        var isAgain = lastMade == number;
        lastMade = number;
        return isAgain;
    }

    /// <summary>What it has made and nobody has taken yet.</summary>
    public IEnumerable<TOut> Outputs => outputs.Select(static o => o.Item);

    /// <summary>The items that the generator was to get, but has not, when it has left or will not be resumed again.</summary>
    public IEnumerable<TIn> Untaken
    {
        get
        {
            if (!Standing.HasLeft)
                Leave();
            return untaken;
        }
    }

    private ref Standing Standing => ref crew.StandingOf(index);

    public void Begin(Seat thread)
    {
        Thread = thread;
        Standing.IsAtWork = true;
        Asked = 0;
        Overhead = 0;
        isBegun = false;
    }

    public void Pause()
    {
        Thread = null;
        Standing.IsAtWork = false;
    }

    /// <summary>Keeps an output of the item in hand until the consumer takes it.</summary>
    public void Keep(TOut output)
    {
        ref var standing = ref Standing;
        if (standing.Outputs++ == 0)
            standing.FirstOutput = standing.Number;
        outputs.Enqueue((standing.Number, output));
    }

    /// <summary>The earliest output that it has kept.</summary>
    public TOut Take()
    {
        var (_, output) = outputs.Dequeue();
        ref var standing = ref Standing;
        standing.FirstOutput = --standing.Outputs == 0 ? Turns.Left : outputs.Peek().Number;
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
    public bool TryGoOn()
    {
        if (Next is not var (item, number))
            return false;
        Next = null;
        Give(item, number);
        return true;
    }

    public void GiveNone() => Number = Turns.AfterTheEnd(index);

    public void Free() => (Current, Number) = (default!, Turns.Idle);

    /// <summary>Gives back what its generator has not asked for.</summary>
    public void GiveBack(Queue<TIn> to)
    {
        if (IsReserved && HasItem)
        {
            to.Enqueue(Current);
            IsReserved = false;
        }

        if (Next is not var (item, _))
            return;
        to.Enqueue(item);
        Next = null;
    }

    public void Leave()
    {
        if (Next is var (item, _))
            untaken.Add(item);
        if (IsReserved && HasItem)
            untaken.Add(Current);
        (Current, Number, Next, IsReserved) = (default!, Turns.Left, null, false);
    }

    /// <summary>Whether it has been resumed all the time since the last look.</summary>
    public bool Look()
    {
        var isLingering = isBegun && Thread is not null;
        isBegun = true;
        return isLingering;
    }

    /// <summary>Resumes the generator, in its own flow. False if it has ended; throws what it throws.</summary>
    public bool Resume(CancellationToken token, out TOut output)
    {
        ExecutionContext.Restore(context);
        try
        {
            generator ??= crew.Start(this, token).GetEnumerator();
            if (generator.MoveNext())
            {
                output = generator.Current;
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
    public Exception? Dismiss()
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
