using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Penstock.Hosting;
using Penstock.Hosting.Workers;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Messages;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ;

/// <content>The submitter's side.</content>
public sealed partial class RabbitMqJobQueue<T>
{
    // What the protocol's short strings hold.
    private const int LongestId = 255;

    /// <inheritdoc/>
    /// <remarks>
    /// The broker does not compare names: a job that is submitted twice is there twice. That also happens to one whose confirmation was lost
    /// with the connection, since it is sent again. Many calls at once share their round trips.
    /// </remarks>
    /// <exception cref="ArgumentException">The payload is larger than the options allow, or the name is empty or longer than 255 bytes.</exception>
    public async ValueTask<string> SubmitAsync(T payload, string? id = null, CancellationToken ct = default)
    {
        if (payload is null)
            throw new ArgumentNullException(nameof(payload));
        if (id is not null && Encoding.UTF8.GetByteCount(id) is 0 or > LongestId)
            throw new ArgumentException($"A job's name must be 1 to {LongestId} bytes long in UTF-8.", nameof(id));
        ct.ThrowIfCancellationRequested();

        var body = json.Write(payload);
        var properties = new BasicProperties
        {
            MessageId = id ?? NewId(),
            ContentType = PayloadJson<T>.ContentType,
            Persistent = true,
            Timestamp = new(options.TimeProvider.GetUtcNow().ToUnixTimeSeconds()),
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal),
        };
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            JobHeaders.AddTrace(properties, activity);

        await publisher.PublishAsync("", queues.Main, properties, body, ct).ConfigureAwait(false);
        return properties.MessageId;
    }

    /// <inheritdoc/>
    /// <remarks>The broker tells no one how many jobs others hold, so <see cref="JobCounts.InProgress"/> is null.</remarks>
    public async ValueTask<JobCounts> CountAsync(CancellationToken ct = default)
    {
        var waiting = 0L;
        foreach (var queue in queues.Retries.All.Select(step => step.Queue).Append(queues.Main))
            waiting += await CountAsync(queue, ct).ConfigureAwait(false);
        return new(waiting, InProgress: null, await CountAsync(queues.Dead, ct).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    /// <remarks>While they are read, nobody else sees the dead jobs. Those that come meanwhile are not read.</remarks>
    public async IAsyncEnumerable<DeadJob> DeadJobsAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        var (channel, count) = await LookIntoAsync(queues.Dead, ct).ConfigureAwait(false);
        var last = 0UL;
        try
        {
            while (count-- > 0 && await AskAsync(channel.BasicGetAsync(queues.Dead, autoAck: false, CancellationToken.None), queues.Dead, ct).ConfigureAwait(false) is { } message)
            {
                last = message.DeliveryTag;
                yield return Read(message);
            }
        }
        finally
        {
            await GiveBackAsync(channel, last).ConfigureAwait(false);
            await Bounded.CloseAsync(channel, log).ConfigureAwait(false);
        }
    }

    /// <summary>All that were taken, up to the last. What cannot be said in time goes back with the channel.</summary>
    private async Task GiveBackAsync(IChannel channel, ulong last)
    {
        if (last == 0)
            return;
        using var timeout = new CancellationTokenSource(LongestGiveBack, options.TimeProvider);
        try
        {
            await channel.BasicNackAsync(last, multiple: true, requeue: true, CancellationToken.None).AsTask()
                .WaitOrLeaveAsync(log.Late("Giving back dead jobs"), timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, CancellationToken.None))
        {
            // The channel has ended, or the broker does not read.
        }
    }

    private static DeadJob Read(BasicGetResult message)
    {
        var properties = message.BasicProperties;
        var failure = JobHeaders.Text(properties, JobHeaders.Reason);
        var reason = JobHeaders.LastDeath(properties) switch
        {
            "rejected" => $"Too large for the broker to be written anew, so that the reason is only in the log of the worker that put it aside.{(failure is null ? "" : $" It had failed before: {failure}")}",
            { } death when failure is null => $"The broker put it aside: {death}.",
            _ => failure ?? "Unknown: not put aside by a worker.",
        };
        return new(properties.MessageId, reason, JobHeaders.Number(properties, JobHeaders.Attempts), message.Body.ToArray());
    }

    private async Task<uint> CountAsync(string queue, CancellationToken ct)
    {
        var (channel, count) = await LookIntoAsync(queue, ct).ConfigureAwait(false);
        await Bounded.CloseAsync(channel, log).ConfigureAwait(false);
        return count;
    }

    /// <summary>A channel to look into a queue, and how many messages are in it. If somebody has deleted it, it is declared again.</summary>
    private async Task<(IChannel Channel, uint Count)> LookIntoAsync(string queue, CancellationToken ct)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var connection = await publishing.OpenAsync(options.SubmitTimeout, ct).ConfigureAwait(false);
            var preparations = publishing.Preparations;
            var opening = connection.CreateChannelAsync(null, CancellationToken.None);
            var channel = await AskAsync(Bounded.OpenAsync(opening, Timeout.InfiniteTimeSpan, options.TimeProvider, log, ct), queue, ct).ConfigureAwait(false);
            try
            {
                return (channel, await AskAsync(channel.MessageCountAsync(queue, CancellationToken.None), queue, ct).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                await Bounded.CloseAsync(channel, log).ConfigureAwait(false);
                if (isSecond || !BrokerErrors.IsMissing(e))
                    throw;
            }

            await publishing.PrepareAgainAsync(preparations, options.SubmitTimeout, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Awaits an answer of the broker's; the token stays outside of the client, which takes a cancelled answer for an error of the connection.</summary>
    private async Task<TAnswer> AskAsync<TAnswer>(Task<TAnswer> answer, string queue, CancellationToken ct)
    {
        try
        {
            return await answer.WaitOrLeaveAsync(log.Late("Looking into a queue"), ct).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, ct))
        {
            throw BrokerErrors.Refused(e, $"Looking into queue '{queue}'", address);
        }
    }

    private static string NewId() => Guid.CreateVersion7().ToString("N");
}
