using Microsoft.Extensions.Logging;
using Penstock.RabbitMQ.Connections;
using Penstock.RabbitMQ.Messages;
using Penstock.RabbitMQ.Telemetry;
using RabbitMQ.Client;

namespace Penstock.RabbitMQ.Queues;

/// <summary>
/// The queues of one job queue: <c>jobs</c> from which workers pull; <c>jobs.retry.…</c> in which a failed job waits until it expires
/// back into the first; <c>jobs.dead</c> behind the exchange of the same name, to which the broker itself also brings what it puts aside.
/// </summary>
internal sealed class QueueTopology(RabbitMqJobQueueOptions options, BrokerAddress address, ILogger log)
{
    // Whoever reads dead letters gives them back, which counts as a delivery: no number of looks may make the broker drop them.
    private const int Unlimited = 1_000_000_000;

    public string Main => options.Queue;

    public string Dead { get; } = options.Queue + ".dead";

    public RetrySteps Retries { get; } = new(options);

    /// <summary>Declares what is missing, or checks that it is there.</summary>
    /// <exception cref="RabbitMqJobQueueException">A queue is missing, different, or not ours to touch; or the broker is too old.</exception>
    public async Task PrepareAsync(IConnection connection)
    {
        var version = VersionOf(connection);
        if (version < BrokerLimits.OldestVersion)
            throw new RabbitMqJobQueueException($"The broker at {address} is RabbitMQ {version}; {BrokerLimits.OldestVersion} or newer is needed.");

        await OnChannelAsync(connection, channel => PrepareAsync(channel, version)).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes sure that the broker moves what is rejected to the dead jobs, and does not drop it. The queue is declared whatever the options say: as it
    /// is there, that changes nothing, and is refused if it is different.
    /// </summary>
    /// <exception cref="RabbitMqJobQueueException">It cannot be made sure of.</exception>
    public Task EnsureDeadLetteringAsync(IConnection connection) => OnChannelAsync(connection, async channel =>
    {
        await PrepareDeadAsync(channel).ConfigureAwait(false);
        await DeclareAsync(channel, Main, MainArguments(VersionOf(connection)), options.Quorum).ConfigureAwait(false);
    });

    private async Task OnChannelAsync(IConnection connection, Func<IChannel, Task> act)
    {
        var channel = await connection.CreateChannelAsync().ConfigureAwait(false);
        try
        {
            await act(channel).ConfigureAwait(false);
        }
        finally
        {
            await Bounded.CloseAsync(channel, log).ConfigureAwait(false);
        }
    }

    private async Task PrepareDeadAsync(IChannel channel)
    {
        await (options.Declare
            ? AskAsync($"Declaring exchange '{Dead}'", () => channel.ExchangeDeclareAsync(Dead, ExchangeType.Fanout, durable: true))
            : AskAsync($"Finding exchange '{Dead}'", () => channel.ExchangeDeclarePassiveAsync(Dead))).ConfigureAwait(false);
        await PrepareAsync(channel, Dead, DeadArguments(), options.Quorum).ConfigureAwait(false);
        if (options.Declare)
            await AskAsync($"Declaring binding of '{Dead}'", () => channel.QueueBindAsync(Dead, Dead, "")).ConfigureAwait(false);
    }

    private async Task PrepareAsync(IChannel channel, Version version)
    {
        await PrepareDeadAsync(channel).ConfigureAwait(false);
        await PrepareAsync(channel, Main, MainArguments(version), options.Quorum).ConfigureAwait(false);
        foreach (var step in Retries.All)
            await PrepareAsync(channel, step.Queue, RetryArguments(step), isQuorum: true).ConfigureAwait(false);
    }

    private Dictionary<string, object?> DeadArguments()
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (options.Quorum)
            arguments["x-delivery-limit"] = Unlimited;
        return arguments;
    }

    private Dictionary<string, object?> MainArguments(Version version)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-dead-letter-exchange"] = Dead };
        if (options.Quorum)
        {
            // A safety net: we put a job aside long before, with a reason that says more.
            arguments["x-delivery-limit"] = BrokerLimits.MaxAttempts + 1;
            AddSafeDeadLettering(arguments);
        }

        if (options.ConsumerTimeout is { } timeout)
        {
            if (version >= BrokerLimits.ConsumerTimeoutPerQueue)
                arguments["x-consumer-timeout"] = (long)timeout.TotalMilliseconds;
            else
                log.ConsumerTimeoutIgnored(version);
        }

        return arguments;
    }

    /// <summary>Quorum even beside a classic queue: only a quorum queue hands on a message that expired before it forgets it.</summary>
    private Dictionary<string, object?> RetryArguments(RetryStep step)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x-message-ttl"] = step.Milliseconds,
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = Main,
        };
        AddSafeDeadLettering(arguments);
        return arguments;
    }

    private static void AddSafeDeadLettering(Dictionary<string, object?> arguments)
    {
        arguments["x-dead-letter-strategy"] = "at-least-once";
        arguments["x-overflow"] = "reject-publish";
    }

    private Task PrepareAsync(IChannel channel, string queue, Dictionary<string, object?> arguments, bool isQuorum) => options.Declare
        ? DeclareAsync(channel, queue, arguments, isQuorum)
        : AskAsync($"Finding queue '{queue}'", () => channel.QueueDeclarePassiveAsync(queue));

    private Task DeclareAsync(IChannel channel, string queue, Dictionary<string, object?> arguments, bool isQuorum)
    {
        arguments["x-queue-type"] = isQuorum ? "quorum" : "classic";
        return AskAsync($"Declaring queue '{queue}'", () => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments));
    }

    private async Task AskAsync(string what, Func<Task> ask)
    {
        try
        {
            await ask().ConfigureAwait(false);
        }
        catch (Exception e) when (BrokerErrors.IsFromClient(e, CancellationToken.None))
        {
            throw BrokerErrors.Refused(e, what, address);
        }
    }

    private static Version VersionOf(IConnection connection)
    {
        // As in "3.10.8" or "4.0.0-rc.1".
        var text = connection.ServerProperties?.TryGetValue("version", out var value) == true ? AmqpText.From(value) : null;
        return Version.TryParse(text?.Split('-', '+')[0], out var version) ? version : BrokerLimits.OldestVersion;
    }
}
