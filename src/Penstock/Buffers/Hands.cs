using System.Runtime.CompilerServices;
using Penstock.Workers;

namespace Penstock.Buffers;

/// <summary>How buffers go from hand to hand: what workers and readers do where items are buffers.</summary>
internal static class Hands
{
    /// <summary>The holder of a buffer that was yielded and not received yet.</summary>
    public static readonly object OnTheWay = new();

    private const string Asked = "its consumer has asked for the next item";

    /// <summary>Whether items of a type are buffers.</summary>
    public static bool Take<T>() => typeof(IBuffer).IsAssignableFrom(typeof(T));

    /// <summary>A worker has received a buffer.</summary>
    public static void Receive<T>(T item, Worker worker)
    {
        if (item is not IBuffer buffer)
            return;
        buffer.HasPassedOn = false;
        buffer.Holder = worker;
    }

    /// <summary>A worker finishes with the item it had.</summary>
    public static void LetGo<T>(T item, Worker worker)
    {
        if (item is IBuffer buffer && buffer.Holder == worker)
            buffer.End(Asked);
    }

    /// <summary>A worker's generator has yielded a buffer. Returns what is to be handed on: the buffer, or a copy where the memory must stay with its holder.</summary>
    /// <param name="item">What it has yielded.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="copies">Whether the output link copies what does not lie in its slot.</param>
    /// <param name="mayNeedAgain">Whether an item in hand may be tried again, or become a dead letter.</param>
    public static T Yield<T>(T item, Worker worker, bool copies, bool mayNeedAgain)
    {
        if (item is not IBuffer buffer)
            return item;
        if (Complaint(buffer, worker) is { } complaint)
            throw new InvalidOperationException($"Stage '{worker.Stage.Name}' yields {buffer}, which {complaint}.");
        var isInHand = buffer.Holder == worker;
        if (isInHand && (copies || mayNeedAgain || !buffer.IsOrdinary))
        {
            buffer.HasPassedOn = true;
            if (copies)
                return item;
            buffer = buffer.Copy();
        }

        buffer.Holder = OnTheWay;
        return (T)buffer;
    }

    /// <summary>For who holds several items at once: an item that does not end with its slot.</summary>
    public static T Keep<T>(T item)
    {
        if (item is not IBuffer { Holder: Worker } buffer)
            return item;
        if (!buffer.IsOrdinary)
            return (T)buffer.Copy();
        buffer.Holder = null;
        return item;
    }

    /// <summary>The items at a place inside a worker: a buffer that was rented there and not yielded ends when the next one is asked for.</summary>
    public static IEnumerable<T> EndUnused<T>(IEnumerable<T> items)
    {
        return Take<T>() ? Each() : items;

        IEnumerable<T> Each()
        {
            foreach (var item in items)
            {
                yield return item;
                EndUnused(item);
            }
        }
    }

    /// <inheritdoc cref="EndUnused{T}(IEnumerable{T})"/>
    public static IAsyncEnumerable<T> EndUnused<T>(IAsyncEnumerable<T> items)
    {
        return Take<T>() ? Each(default) : items;

        async IAsyncEnumerable<T> Each([EnumeratorCancellation] CancellationToken stopping)
        {
            await foreach (var item in items.WithCancellation(stopping).ConfigureAwait(false))
            {
                yield return item;
                EndUnused(item);
            }
        }
    }

    private static void EndUnused<T>(T item)
    {
        if (item is IBuffer { Holder: null } buffer)
            buffer.End(Asked);
    }

    private static string? Complaint(IBuffer buffer, Worker worker) =>
        buffer.HasPassedOn || (buffer.Holder is { } holder && holder != worker) ? "was yielded before, so it belongs to the consumer. Rent one for each item"
        : buffer.HasEnded ? "has ended. Rent one for each item, and yield one that you were given before you ask for your next"
        : null;
}
