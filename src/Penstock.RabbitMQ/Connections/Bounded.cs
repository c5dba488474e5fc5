using Microsoft.Extensions.Logging;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Telemetry;

namespace Penstock.RabbitMQ.Connections;

/// <summary>Opens and closes channels and connections in bounded time, though the client waits for a broker that does not answer whatever its token says.</summary>
internal static class Bounded
{
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(1);

    /// <summary>Awaits what is being opened; if it comes to be when nobody waits any more, it is closed.</summary>
    /// <exception cref="TimeoutException">The patience has ended.</exception>
    public static async Task<T> OpenAsync<T>(Task<T> opening, TimeSpan patience, TimeProvider time, ILogger log, CancellationToken ct)
        where T : IAsyncDisposable
    {
        try
        {
            return await opening.WaitAsync(patience, time, ct).ConfigureAwait(false);
        }
        catch
        {
            CloseLateAsync(opening, log).Leave(log.Late("Closing what was opened too late"));
            throw;
        }
    }

    /// <summary>Closes without an error. What the broker has blocked, or hangs, ends with the process; either way the broker takes back what was not settled.</summary>
    public static async Task CloseAsync(IAsyncDisposable channelOrConnection, ILogger log)
    {
        var closing = channelOrConnection.DisposeAsync().AsTask();
        try
        {
            await closing.WaitAsync(LongestClose).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            closing.Leave(log.Late("Closing"));
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, CancellationToken.None))
        {
            // It had ended already, or does not answer.
        }
    }

    private static async Task CloseLateAsync<T>(Task<T> opening, ILogger log)
        where T : IAsyncDisposable
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
            await CloseAsync(await opening.ConfigureAwait(false), log).ConfigureAwait(false);
    }
}
