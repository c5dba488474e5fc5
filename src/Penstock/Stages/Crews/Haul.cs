using System.Runtime.CompilerServices;

namespace Penstock.Stages.Crews;

/// <summary>Items that a thread pulls from a quick source at once, without the crew's gate in between.</summary>
/// <remarks>As a <see cref="Stint{TIn, TOut}"/>, it may be ended by whoever holds the gate, who gets what has been pulled so far.</remarks>
internal sealed class Haul<T>
{
    /// <summary>The most items, but for the last one, which is nobody's until its thread has the gate.</summary>
    public const int Largest = 63;

    private const int Ended = -1;

    private readonly T[] items = new T[Largest];
    private int count = Ended;
    private int most;

    /// <param name="room">How many items, at most, are to be pulled, with the last one.</param>
    public void Begin(int room)
    {
        most = Math.Min(room - 1, Largest);
        Volatile.Write(ref count, 0);
    }

    /// <summary>Whether it has been ended, so that its thread keeps nothing it has pulled.</summary>
    public bool IsOver => Volatile.Read(ref count) == Ended;

    /// <summary>Ends it, for whoever holds the gate. Returns how many items it has.</summary>
    public int End() => Math.Max(0, Interlocked.Exchange(ref count, Ended));

    /// <summary>By the thread that pulls: keeps an item. False if this one is the last.</summary>
    public bool TryKeep(T item)
    {
        var now = Volatile.Read(ref count);
        if (now == Ended || now == most)
            return false;
        items[now] = item;
        if (Interlocked.CompareExchange(ref count, now + 1, now) == now)
            return true;
        _ = Take(now);
        return false;
    }

    public T Take(int index)
    {
        var taken = items[index];
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            items[index] = default!;
        return taken;
    }
}
