using Penstock.Buffers;
using Penstock.Runs;

namespace Penstock.Links;

/// <summary>Disposes items that no consumer will get; an array (a batch) with its elements.</summary>
internal static class Undelivered
{
    public static void Dispose<T>(T item, Action<Exception> onError)
    {
        try
        {
            switch (item)
            {
                case IBuffer buffer:
                    buffer.End("it was yielded, and belongs to the consumer then"); // disposing does nothing for others than its holder
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
                case IAsyncDisposable disposable:
                    NoSynchronizationContext.While(() => disposable.DisposeAsync().AsTask()).GetAwaiter().GetResult(); // the caller's would be waited for here
                    break;
                case Array batch when MayHoldDisposables(batch.GetType().GetElementType()!):
                    foreach (var element in batch)
                        Dispose(element, onError);
                    break;
            }
        }
        catch (Exception exception)
        {
            onError(exception);
        }
    }

    /// <summary>What of an item would be disposed.</summary>
    public static IEnumerable<object> In(object? item) => item switch
    {
        IBuffer or IDisposable or IAsyncDisposable => [item],
        Array batch when MayHoldDisposables(batch.GetType().GetElementType()!) => batch.Cast<object?>().SelectMany(In),
        _ => [],
    };

    // Arrays of plain numbers can be large, and hold nothing.
    private static bool MayHoldDisposables(Type element) =>
        !element.IsValueType || typeof(IDisposable).IsAssignableFrom(element) || typeof(IAsyncDisposable).IsAssignableFrom(element);
}
