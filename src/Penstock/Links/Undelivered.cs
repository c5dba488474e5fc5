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
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
                case IAsyncDisposable disposable:
                    disposable.DisposeAsync().AsTask().GetAwaiter().GetResult();
                    break;
                case IDisposable[] batch:
                    Array.ForEach(batch, element => Dispose(element, onError));
                    break;
                case IAsyncDisposable[] batch:
                    Array.ForEach(batch, element => Dispose(element, onError));
                    break;
            }
        }
        catch (Exception exception)
        {
            onError(exception);
        }
    }
}
