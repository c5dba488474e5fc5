using System.Runtime.CompilerServices;

namespace Penstock.Stages.Crews;

internal static class Stint
{
    /// <summary>The most items.</summary>
    public const int Longest = 31;
}

/// <summary>
/// Several items in succession that a worker of a crew works through without the crew's gate, keeping what it makes of them until it is done.
/// </summary>
/// <remarks>
/// How far it is stands in one word. The worker's thread advances it, at each item that its generator asks for and at each output; anybody
/// who holds the gate may look at what has been made meanwhile, or end the stint by taking the word away: then the items that the
/// generator has not asked for are his, and the thread, which fails to advance the word, does the rest under the gate.
/// </remarks>
internal sealed class Stint<TIn, TOut>
{
    private readonly TIn[] items = new TIn[Stint.Longest];
    private readonly TOut[] made = new TOut[Stint.Longest];
    private int word; // a Progress

    /// <summary>The number of the first item; those of the others follow.</summary>
    public long First { get; private set; }

    /// <summary>How far it is.</summary>
    public Progress Now => new(Volatile.Read(ref word));

    /// <summary>Adds an item, before it begins.</summary>
    public void Add(int index, TIn item) => items[index] = item;

    /// <param name="first">The number of the first item.</param>
    /// <param name="length">How many items there are.</param>
    /// <param name="isInHand">Whether the worker has the first one already, so that its generator will not ask for it here.</param>
    public void Begin(long first, int length, bool isInHand)
    {
        First = first;
        Volatile.Write(ref word, new Progress(length, isInHand).Word);
    }

    /// <summary>Ends it, for whoever holds the gate. Returns how far it was.</summary>
    public Progress End() => new(Interlocked.Exchange(ref word, 0));

    /// <summary>By the worker's thread: the next item. False if the generator has asked for the one in hand and not made anything of it, or it is over.</summary>
    public bool TryAsk(out TIn item)
    {
        var now = Now;
        if (now.IsOver || now.IsInHand || !TryAdvance(now))
        {
            item = default!;
            return false;
        }

        item = Take(items, now.Done);
        return true;
    }

    /// <summary>By the worker's thread: keeps an output. False if it is to be kept under the gate: it is that of the last item, or not the first one of its item.</summary>
    public bool TryKeep(TOut output)
    {
        var now = Now;
        if (!now.IsInHand || now.Done + 1 == now.Length)
            return false;
        made[now.Done] = output;
        if (TryAdvance(now))
            return true;
        _ = TakeMade(now.Done);
        return false;
    }

    public TIn TakeItem(int index) => Take(items, index);

    public TOut TakeMade(int index) => Take(made, index);

    private static T Take<T>(T[] from, int index)
    {
        var taken = from[index];
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            from[index] = default!;
        return taken;
    }

    private bool TryAdvance(Progress now) => Interlocked.CompareExchange(ref word, now.Word + 1, now.Word) == now.Word;

    /// <summary>How far a stint is: how many items it has, with how many the generator is done, and whether it has asked for the next. All zero when it is over.</summary>
    internal readonly struct Progress(int word)
    {
        private const int LengthShift = 8;

        public Progress(int length, bool isInHand)
            : this((length << LengthShift) | (isInHand ? 1 : 0))
        {
        }

        public int Word { get; } = word;

        public bool IsOver => Word == 0;

        public int Length => Word >> LengthShift;

        /// <summary>How many outputs have been kept.</summary>
        public int Done => (Word & ((1 << LengthShift) - 1)) >> 1;

        public bool IsInHand => (Word & 1) != 0;

        /// <summary>How many items the generator has asked for.</summary>
        public int Begun => Done + (Word & 1);
    }
}
